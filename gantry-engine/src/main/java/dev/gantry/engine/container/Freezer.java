package dev.gantry.engine.container;

import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.runtime.oci.CgroupLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Stops all processes of a container where they are, and lets them go on. Kernel's
/// Documentation/admin-guide/cgroup-v1/freezer-subsystem and cgroup-v2 §"cgroup.freeze".
final class Freezer {
    private static final Duration LOOK = Duration.ofMillis(1);

    private final CgroupLayout layout;
    private final String parent;

    Freezer(CgroupLayout layout, String parent) {
        this.layout = layout;
        this.parent = parent;
    }

    /// Returns when all are frozen; `check` ends the wait by throwing, and then some may be frozen already.
    void freeze(String name, Runnable check) {
        Path v1 = v1(name);
        boolean old = Files.exists(v1);
        if (!old && !Files.exists(v2(name))) {
            throw new Unsupported(
                    "freeze container " + name,
                    "it has no control group with a freezer",
                    "stop it for the time of the copy");
        }
        write(old ? v1 : v2(name), old ? "FROZEN" : "1");
        while (!isFrozen(name, old)) {
            check.run();
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Unavailable("freeze container " + name, "the work was cancelled", "ask again", e);
            }
        }
    }

    /// What is not frozen goes on as it was, and what is gone stays gone.
    void thaw(String name) {
        if (Files.exists(v1(name))) {
            write(v1(name), "THAWED");
        } else if (Files.exists(v2(name))) {
            write(v2(name), "0");
        }
    }

    private boolean isFrozen(String name, boolean old) {
        try {
            return old
                    ? Files.readString(v1(name)).strip().equals("FROZEN")
                    : Files.readString(v2(name).resolveSibling("cgroup.events")).contains("frozen 1");
        } catch (IOException e) {
            return true; // it has ended
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            if (Files.exists(file)) {
                throw new Internal(
                        "write " + text + " to " + file,
                        String.valueOf(e.getMessage()),
                        "look at the control groups",
                        e);
            }
        }
    }

    private Path v1(String name) {
        return Path.of(layout.v1().getOrDefault("freezer", "/nonexistent"), parent, name, "freezer.state");
    }

    private Path v2(String name) {
        return Path.of(layout.v2().isEmpty() ? "/nonexistent" : layout.v2(), parent, name, "cgroup.freeze");
    }
}
