package dev.gantry.cli.container;

import dev.gantry.api.container.ContainerStats;
import dev.gantry.cli.format.Words;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Readings in the columns of `stats`, counted as the docker client counts. Pure.
final class StatsRow {
    static final String TABLE =
            "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}" + "\t{{.BlockIO}}\t{{.PIDs}}";
    static final Map<String, String> HEADERS = Map.of(
            "ID", "CONTAINER ID",
            "Container", "CONTAINER",
            "Name", "NAME",
            "CPUPerc", "CPU %",
            "MemUsage", "MEM USAGE / LIMIT",
            "MemPerc", "MEM %",
            "NetIO", "NET I/O",
            "BlockIO", "BLOCK I/O",
            "PIDs", "PIDS");

    private StatsRow() {}

    static void fill(Map<String, Object> row, ContainerStats s, boolean whole) {
        long used = memory(s.memory());
        long limit = s.memory() == null ? 0 : orZero(s.memory().limit());
        String id = whole ? s.id() : Words.shortId(s.id());
        row.put("ID", id);
        row.put("Container", id);
        row.put("Name", s.name().startsWith("/") ? s.name().substring(1) : s.name());
        row.put("CPUPerc", percent(cpu(s)));
        row.put("MemUsage", Words.binarySize(used) + " / " + Words.binarySize(limit));
        row.put("MemPerc", percent(limit == 0 ? 0 : 100.0 * used / limit));
        row.put("NetIO", network(s));
        row.put("BlockIO", blockIo(s));
        row.put("PIDs", Long.toString(s.pids() == null ? 0 : orZero(s.pids().current())));
    }

    /// Of one processor: 200 % is two of them.
    static double cpu(ContainerStats s) {
        ContainerStats.Cpu now = s.cpu();
        ContainerStats.Cpu before = s.precpu();
        if (now == null || before == null) {
            return 0;
        }
        double used = now.usage().total() - before.usage().total();
        double all = orZero(now.systemUsage()) - orZero(before.systemUsage());
        Integer online = now.online();
        return used > 0 && all > 0 ? used / all * (online == null ? 1 : online) * 100 : 0;
    }

    /// Without what the kernel gives back as soon as somebody needs it.
    static long memory(ContainerStats.@Nullable Memory m) {
        if (m == null) {
            return 0;
        }
        long usage = orZero(m.usage());
        Map<String, Long> stats = m.stats() == null ? Map.of() : m.stats();
        long cached = stats.getOrDefault("total_inactive_file", stats.getOrDefault("inactive_file", 0L));
        return cached < usage ? usage - cached : usage;
    }

    private static String network(ContainerStats s) {
        long in = 0;
        long out = 0;
        if (s.networks() != null) {
            for (ContainerStats.Network n : s.networks().values()) {
                in += n.rxBytes();
                out += n.txBytes();
            }
        }
        return Words.size(in) + " / " + Words.size(out);
    }

    private static String blockIo(ContainerStats s) {
        long in = 0;
        long out = 0;
        if (s.blockIo() != null) {
            for (ContainerStats.BlockIo.Entry e : s.blockIo().serviceBytes()) {
                switch (e.operation().toLowerCase(Locale.ROOT)) {
                    case "read" -> in += e.value();
                    case "write" -> out += e.value();
                    default -> {} // sums of these
                }
            }
        }
        return Words.size(in) + " / " + Words.size(out);
    }

    private static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f%%", value);
    }

    private static long orZero(@Nullable Long value) {
        return value == null ? 0 : value;
    }
}
