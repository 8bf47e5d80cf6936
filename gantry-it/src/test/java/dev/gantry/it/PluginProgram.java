package dev.gantry.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// What `plugin create` makes a plugin of: the sample program of the engine's tests with a configuration.
final class PluginProgram {
    private static final Path SOURCE =
            Path.of("../gantry-engine/src/test/resources/dev/gantry/engine/managed/sample-plugin.c");

    private static final String CONFIG = """
            {"Description": "keeps volumes for tests", "Interface": {"Types": ["docker.volumedriver/1.0"], "Socket": "sample.sock"},
            "Entrypoint": ["/plugin", "sample.sock"], "Network": {"Type": "host"}, "PropagatedMount": "/mnt/state",
            "Env": [{"Name": "KIND", "Settable": ["value"], "Value": "%s"}],
            "Linux": {"Capabilities": ["CAP_SYS_ADMIN"]}}""";

    private PluginProgram() {}

    /// @param kind of volumes: `directory` or `tmpfs`
    static Path make(Path directory, String kind) throws IOException {
        Path rootfs = Files.createDirectories(directory.resolve("rootfs"));
        for (String place : new String[] {"mnt", "run", "proc", "sys", "dev"}) {
            Files.createDirectories(rootfs.resolve(place));
        }
        Process gcc = new ProcessBuilder("gcc", "-static", "-O1", "-o", rootfs + "/plugin", SOURCE.toString())
                .inheritIO()
                .start();
        try {
            Assumptions.assumeTrue(
                    gcc.waitFor(60, TimeUnit.SECONDS) && gcc.exitValue() == 0, "gcc cannot link a static program");
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        Files.writeString(directory.resolve("config.json"), CONFIG.formatted(kind));
        return directory;
    }
}
