package dev.gantry.engine.network.overlay;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An authority and its certificates, made by openssl as docs/networking.md has it.
public final class Certificates {
    private final Path dir;

    public Certificates(Path dir) throws IOException {
        this.dir = Files.createDirectories(dir);
        request("ca", "-subj", "/CN=overlay");
    }

    /// A certificate for an address.
    public OverlayOptions.Files of(String address) throws IOException {
        Path cert = dir.resolve(address + ".pem");
        if (!Files.exists(cert)) {
            request(
                    address,
                    "-subj",
                    "/CN=" + address,
                    "-addext",
                    "subjectAltName=IP:" + address,
                    "-addext",
                    "basicConstraints=critical,CA:FALSE",
                    "-CA",
                    dir.resolve("ca.pem").toString(),
                    "-CAkey",
                    dir.resolve("ca-key.pem").toString());
        }
        return new OverlayOptions.Files(dir.resolve("ca.pem"), cert, dir.resolve(address + "-key.pem"));
    }

    private void request(String name, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-days",
                "3650",
                "-keyout",
                dir.resolve(name + "-key.pem").toString(),
                "-out",
                dir.resolve(name + ".pem").toString()));
        command.addAll(List.of(more));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "no openssl on the PATH");
            throw e;
        }
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
