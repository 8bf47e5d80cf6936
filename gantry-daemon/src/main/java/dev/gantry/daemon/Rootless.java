package dev.gantry.daemon;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.engine.rootless.Outside;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A daemon of an ordinary user is born again inside its namespaces: this process becomes the native program, which
/// makes or joins them and executes the daemon. The process id stays.
final class Rootless {
    private Rootless() {}

    /// Does not return.
    static void enter(DaemonFlags flags) {
        try {
            Files.createDirectories(
                    flags.execRoot(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            List<String> own =
                    List.of(Files.readString(Path.of("/proc/self/cmdline")).split("\0"));
            List<String> environment = new ArrayList<>();
            System.getenv().forEach((name, value) -> environment.add(name + "=" + value));
            Linux.host().processes().become(command(flags, own), environment);
        } catch (IOException | GantryException e) {
            throw new Internal(
                    "enter the namespaces of a user's engine",
                    String.valueOf(e.getMessage()),
                    "see docs/rootless.md for what it needs",
                    e);
        }
    }

    /// `own` is our own command line: the daemon is executed as this process was, with all that was decided here.
    static List<String> command(DaemonFlags flags, List<String> own) {
        List<String> argv = new ArrayList<>(List.of(
                flags.shim().toString(),
                "rootless",
                "--state",
                Outside.directory(flags.execRoot()).toString(),
                "--net",
                flags.rootlessNet().word(),
                "--"));
        argv.addAll(own.subList(0, own.indexOf(Main.class.getName()) + 1));
        argv.add("daemon");
        argv.addAll(flags.words());
        return argv;
    }

    /// How the namespaces of a user's engine reach the network.
    enum Net {
        AUTO,
        PASTA,
        SLIRP4NETNS,
        NONE,
        HOST;

        String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        static Map<String, Net> byWord() {
            Map<String, Net> all = new java.util.LinkedHashMap<>();
            for (Net net : values()) {
                all.put(net.word(), net);
            }
            return all;
        }
    }
}
