package dev.gantry.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An authority and its certificates, made by openssl(1), named as the docker client wants them: `ca.pem`, `cert.pem`
/// and `key.pem` in a directory of each holder.
record Certificates(Path root) {
    static Certificates make(Path root) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/openssl")), "no openssl");
        Files.createDirectories(root);
        openssl(
                root,
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=tests",
                "-keyout",
                "ca.key",
                "-out",
                "ca.pem");
        return new Certificates(root);
    }

    /// The directory of one with this common name.
    Path of(String name) throws IOException, InterruptedException {
        Path dir = Files.createDirectories(root.resolve(name));
        Files.copy(root.resolve("ca.pem"), dir.resolve("ca.pem"));
        Files.writeString(dir.resolve("ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
        openssl(
                dir,
                "req",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=" + name,
                "-keyout",
                "key.pem",
                "-out",
                "csr");
        openssl(
                dir,
                "x509",
                "-req",
                "-in",
                "csr",
                "-CA",
                "../ca.pem",
                "-CAkey",
                "../ca.key",
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                "ext",
                "-out",
                "cert.pem");
        return dir;
    }

    private static void openssl(Path dir, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "cd \"$0\" && exec openssl \"$@\"", dir.toString()));
        command.addAll(List.of(arguments));
        Ended ended = Ended.run(command);
        if (ended.code() != 0) {
            throw new IOException(command + ": " + ended.text());
        }
    }
}
