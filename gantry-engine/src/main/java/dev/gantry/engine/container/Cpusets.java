package dev.gantry.engine.container;

import dev.gantry.base.InvalidArgument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Lists of processors and memory nodes, as in cpuset(7): compared with the host's while someone waits for the words,
/// not at the start, where the kernel has but a number to say.
final class Cpusets {
    private static final Pattern RANGE = Pattern.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?");

    private Cpusets() {}

    static void check(Resources r) {
        check("processors", r.cpusetCpus(), Path.of("/sys/devices/system/cpu/online"));
        check("memory nodes", r.cpusetMems(), Path.of("/sys/devices/system/node/online"));
    }

    private static void check(String things, String asked, Path host) {
        if (asked.isEmpty()) {
            return;
        }
        try {
            check(things, asked, Files.readString(host).strip());
        } catch (IOException unknown) {
            // Not said here: the kernel decides at the start.
            read(things, asked);
        }
    }

    static void check(String things, String asked, String host) {
        BitSet missing = read(things, asked);
        missing.andNot(read(things, host));
        if (!missing.isEmpty()) {
            throw new InvalidArgument(
                    "use the " + things + " " + asked,
                    "the host has " + host + " and not " + missing.nextSetBit(0),
                    "choose among " + host);
        }
    }

    private static BitSet read(String things, String list) {
        BitSet set = new BitSet();
        for (String part : list.split(",", -1)) {
            Matcher m = RANGE.matcher(part.strip());
            int first = m.matches() ? Integer.parseInt(m.group(1)) : 0;
            int last = !m.matches() ? -1 : m.group(2) == null ? first : Integer.parseInt(m.group(2));
            if (last < first) {
                throw new InvalidArgument(
                        "use the " + things + " " + list, "that is no list of numbers and ranges", "write it as 0-3,7");
            }
            set.set(first, last + 1);
        }
        return set;
    }
}
