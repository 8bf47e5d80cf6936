package dev.gantry.engine.managed;

import dev.gantry.images.layer.TreeTar;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A directory from which a managed volume plugin can be made: one static program of its own.
public final class SampleManaged {
    public static final String CONFIG = """
            {"description": "keeps volumes for tests", "interface": {"types": ["docker.volumedriver/1.0"], "socket": "sample.sock"},
            "entrypoint": ["/plugin"], "args": {"name": "args", "settable": ["value"], "value": ["sample.sock"]},
            "network": {"type": "none"}, "propagatedMount": "/mnt/state",
            "env": [{"name": "FAULT", "settable": ["value"], "value": ""}, {"name": "KIND", "settable": ["value"], "value": "directory"},
                {"name": "FIXED", "value": "1"}],
            "mounts": [{"name": "etc", "source": "/etc", "destination": "/host", "type": "bind", "options": ["ro"], "settable": ["source"]}],
            "linux": {"capabilities": ["CAP_SYS_ADMIN"]}}""";

    private final Path directory;

    private SampleManaged(Path directory) {
        this.directory = directory;
    }

    public static SampleManaged in(Path directory) throws IOException {
        Path source = Files.createDirectories(directory).resolve("sample-plugin.c");
        Path rootfs = Files.createDirectories(directory.resolve("context/rootfs"));
        for (String place : new String[] {"mnt", "run", "proc", "sys", "dev", "host"}) {
            Files.createDirectories(rootfs.resolve(place));
        }
        try (InputStream in = SampleManaged.class.getResourceAsStream("sample-plugin.c")) {
            Files.write(source, in.readAllBytes());
        }
        Process gcc = new ProcessBuilder("gcc", "-static", "-O1", "-o", rootfs + "/plugin", source.toString())
                .inheritIO()
                .start();
        try {
            Assumptions.assumeTrue(
                    gcc.waitFor(60, TimeUnit.SECONDS) && gcc.exitValue() == 0, "gcc cannot link a static program");
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        var sample = new SampleManaged(directory.resolve("context"));
        sample.config(CONFIG);
        return sample;
    }

    /// For `docker plugin create`.
    public Path context() {
        return directory;
    }

    public void config(String json) throws IOException {
        Files.writeString(directory.resolve("config.json"), json);
    }

    public InputStream tar() throws IOException {
        var tar = new ByteArrayOutputStream();
        Linux linux = Linux.host();
        try (Fd root = linux.files().openDirectory(directory.toString())) {
            TreeTar.pack(linux, root, tar);
        }
        return new ByteArrayInputStream(tar.toByteArray());
    }
}
