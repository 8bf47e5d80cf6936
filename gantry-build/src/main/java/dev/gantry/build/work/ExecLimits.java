package dev.gantry.build.work;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.Resources;
import java.util.ArrayList;
import java.util.List;

/// Limits of programs, as `docker build` has them.
final class ExecLimits {
    /// A program that forks without end comes to one.
    private static final long MOST_PROCESSES = 16384;

    private ExecLimits() {}

    /// @param lines `name=value`
    /// @param usual what counts where no line says otherwise
    static Resources of(List<String> lines, Resources usual) {
        long memory = 0;
        long swap = 0;
        long shares = 0;
        long quota = 0;
        long period = 0;
        long shm = 0;
        String cpus = "";
        String mems = "";
        List<Resources.Ulimit> ulimits = new ArrayList<>();
        for (String line : lines) {
            int equals = line.indexOf('=');
            String value = line.substring(equals + 1);
            switch (equals < 0 ? line : line.substring(0, equals)) {
                case "memory" -> memory = number(line, value);
                case "memswap" -> swap = number(line, value);
                case "cpushares" -> shares = number(line, value);
                case "cpuquota" -> quota = number(line, value);
                case "cpuperiod" -> period = number(line, value);
                case "shmsize" -> shm = number(line, value);
                case "cpusetcpus" -> cpus = value;
                case "cpusetmems" -> mems = value;
                case "ulimit" -> ulimits.add(ulimit(line, value));
                default ->
                    throw new Unsupported(
                            "build with the limit " + line, "there is no such limit here", "leave it out");
            }
        }
        usual.ulimits().stream()
                .filter(u -> ulimits.stream().noneMatch(own -> own.name().equals(u.name())))
                .toList()
                .forEach(ulimits::add);
        if (shm == 0) {
            shm = usual.shmBytes();
        }
        return new Resources(memory, swap, 0, 0, quota, period, shares, cpus, mems, MOST_PROCESSES, shm, 0, ulimits);
    }

    private static Resources.Ulimit ulimit(String line, String value) {
        String[] nameAndRest = value.split("=", 2);
        if (nameAndRest.length < 2) {
            throw wrong(line);
        }
        String[] both = nameAndRest[1].split(":", 2);
        return new Resources.Ulimit(nameAndRest[0], number(line, both[0]), number(line, both[both.length - 1]));
    }

    private static long number(String line, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw wrong(line);
        }
    }

    private static InvalidArgument wrong(String line) {
        return new InvalidArgument(
                "build with the limit " + line, "it is no number", "write a number of bytes or units");
    }
}
