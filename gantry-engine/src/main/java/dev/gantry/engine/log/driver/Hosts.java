package dev.gantry.engine.log.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The name of this host, as its records carry it.
final class Hosts {
    private Hosts() {}

    static String name() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }
}
