package dev.gantry.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A root file system with nothing but busybox, as a directory and as a tarball.
final class Rootfs {
    private static final List<String> APPLETS = List.of(
            "sh",
            "sleep",
            "true",
            "false",
            "cat",
            "echo",
            "ls",
            "head",
            "tail",
            "id",
            "ps",
            "dd",
            "hostname",
            "httpd",
            "mkdir",
            "ping",
            "pwd",
            "stty",
            "touch",
            "wget");

    private Rootfs() {}

    /// Fills `directory`; skips the test where there is no static busybox.
    static Path busybox(Path directory) throws IOException {
        Path busybox = Path.of("/bin/busybox");
        assumeTrue(Files.isExecutable(busybox), "no /bin/busybox: install busybox-static");
        for (String name : new String[] {"bin", "proc", "sys", "dev", "etc", "tmp", "root", "var"}) {
            Files.createDirectories(directory.resolve(name));
        }
        Files.copy(busybox, directory.resolve("bin/busybox"), StandardCopyOption.COPY_ATTRIBUTES);
        for (String applet : APPLETS) {
            Files.createSymbolicLink(directory.resolve("bin").resolve(applet), Path.of("busybox"));
        }
        Files.writeString(
                directory.resolve("etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/tmp:/bin/sh\n");
        Files.writeString(directory.resolve("etc/group"), "root:x:0:\nuser:x:1000:\n");
        return directory;
    }

    static Path tarball(Path directory, Path file) throws IOException {
        run("tar", "-C", directory.toString(), "--numeric-owner", "-cf", file.toString(), ".");
        return file;
    }

    /// What `docker load` takes: one layer, called `name`.
    static Path archive(Path directory, String name, Path file) throws IOException {
        Path parts = Files.createDirectory(file.resolveSibling(file.getFileName() + ".parts"));
        byte[] layer = Files.readAllBytes(tarball(directory, parts.resolve("layer.tar")));
        Files.writeString(parts.resolve("config.json"), """
                {"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/bin/sh"]},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:%s"]}}
                """.formatted(sha256(layer)));
        Files.writeString(
                parts.resolve("manifest.json"),
                "[{\"Config\": \"config.json\", \"RepoTags\": [\"" + name + "\"], \"Layers\": [\"layer.tar\"]}]");
        return tarball(parts, file);
    }

    private static String sha256(byte[] bytes) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }

    static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new IOException(e);
        }
    }
}
