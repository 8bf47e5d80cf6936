package dev.gantry.engine.stats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Reads what the kernel writes about groups and the host. Pure; lines of another form are skipped.
final class Numbers {
    private static final long NANOS_PER_TICK = 10_000_000; // USER_HZ is 100 on all Linux that we run on

    /// Of `/proc/stat`: user nice system idle iowait irq softirq. The two of guests are in user and nice already.
    private static final int OWN_FIELDS = 8;

    private Numbers() {}

    /// `name value` lines. proc of cgroup-v1 and cgroup-v2, `memory.stat` and the like.
    static Map<String, Long> words(String text) {
        Map<String, Long> all = new HashMap<>();
        for (String line : text.split("\n")) {
            int blank = line.indexOf(' ');
            if (blank > 0 && isNumber(line, blank + 1)) {
                all.put(line.substring(0, blank), parse(line.substring(blank + 1)));
            }
        }
        return all;
    }

    static List<Long> list(String text) {
        List<Long> all = new ArrayList<>();
        for (String word : text.strip().split("\\s+")) {
            if (isNumber(word, 0)) {
                all.add(parse(word));
            }
        }
        return all;
    }

    static long ticks(long count) {
        return count * NANOS_PER_TICK;
    }

    static long hostNanos(String stat) {
        long sum = 0;
        String[] fields = stat.substring(0, Math.max(0, stat.indexOf('\n'))).split("\\s+");
        for (int i = 1; i < Math.min(fields.length, OWN_FIELDS); i++) {
            sum += parse(fields[i]);
        }
        return ticks(sum);
    }

    static int processors(String stat) {
        int count = 0;
        for (String line : stat.split("\n")) {
            if (line.startsWith("cpu") && line.length() > 3 && Character.isDigit(line.charAt(3))) {
                count++;
            }
        }
        return count;
    }

    /// The value of a line of `/proc/meminfo`, in bytes.
    static long kibibytes(String meminfo, String name) {
        for (String line : meminfo.split("\n")) {
            if (line.startsWith(name)) {
                return parse(line.substring(name.length()).strip().split(" ")[0]) * 1024;
            }
        }
        return 0;
    }

    /// `8:0 Read 4096`
    static List<Sample.BlockIo> v1BlockIo(String text) {
        List<Sample.BlockIo> all = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] words = line.split(" ");
            String[] device = words[0].split(":");
            if (words.length == 3 && device.length == 2) {
                all.add(new Sample.BlockIo(
                        parse(device[0]), parse(device[1]), words[1].toLowerCase(Locale.ROOT), parse(words[2])));
            }
        }
        return all;
    }

    /// `8:0 rbytes=4096 wbytes=0 rios=1 …`
    static List<Sample.BlockIo> v2BlockIo(String text) {
        List<Sample.BlockIo> all = new ArrayList<>();
        for (String line : text.split("\n")) {
            String[] words = line.split(" ");
            String[] device = words[0].split(":");
            for (int i = 1; i < words.length && device.length == 2; i++) {
                String operation =
                        words[i].startsWith("rbytes=") ? "read" : words[i].startsWith("wbytes=") ? "write" : "";
                if (!operation.isEmpty()) {
                    all.add(new Sample.BlockIo(
                            parse(device[0]), parse(device[1]), operation, parse(words[i].substring(7))));
                }
            }
        }
        return all;
    }

    /// `/proc/net/dev`, without the loopback.
    static Map<String, Sample.Link> links(String text) {
        Map<String, Sample.Link> all = new HashMap<>();
        for (String line : text.split("\n")) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue; // a title
            }
            String name = line.substring(0, colon).strip();
            String[] n = line.substring(colon + 1).strip().split("\\s+");
            if (!name.equals("lo") && n.length >= 12) {
                all.put(
                        name,
                        new Sample.Link(
                                parse(n[0]),
                                parse(n[1]),
                                parse(n[2]),
                                parse(n[3]),
                                parse(n[8]),
                                parse(n[9]),
                                parse(n[10]),
                                parse(n[11])));
            }
        }
        return all;
    }

    private static boolean isNumber(String text, int from) {
        return from < text.length() && text.chars().skip(from).allMatch(Character::isDigit);
    }

    /// What is larger than a long is as good as without end.
    static long parse(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
