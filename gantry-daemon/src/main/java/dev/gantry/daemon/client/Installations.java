package dev.gantry.daemon.client;

import dev.gantry.cli.Extras;
import dev.gantry.daemon.install.Installer;
import java.nio.file.Path;

/// Installs the Gantry that this client belongs to.
final class Installations {
    private Installations() {}

    static Extras.Installation ofThisClient() {
        String home = System.getProperty("gantry.home", "");
        return new Installer(
                home.isEmpty() ? "" : Path.of(home, "bin", "gantry").normalize().toString());
    }
}
