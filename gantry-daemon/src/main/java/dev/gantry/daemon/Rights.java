package dev.gantry.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What this process may do, by its capabilities: its user id says nothing about that.
public final class Rights {
    private static final int CAP_SYS_ADMIN = 21; // <linux/capability.h>

    private Rights() {}

    /// Whether it may mount, and make namespaces without a user namespace around them.
    public static boolean toRunEngines() {
        return toRunEngines(read("/proc/self/status"));
    }

    static boolean toRunEngines(String status) {
        return status.lines()
                .filter(l -> l.startsWith("CapEff:"))
                .anyMatch(l -> (Long.parseUnsignedLong(l.substring(7).strip(), 16) >> CAP_SYS_ADMIN & 1) != 0);
    }

    /// Whose process it is.
    public static long user() {
        return read("/proc/self/status")
                .lines()
                .filter(l -> l.startsWith("Uid:"))
                .map(l -> Long.parseLong(l.substring(4).strip().split("\\s+")[1]))
                .findFirst()
                .orElse(-1L);
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return "";
        }
    }
}
