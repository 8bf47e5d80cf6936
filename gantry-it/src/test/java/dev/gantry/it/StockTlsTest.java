package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified client over TCP with mutual TLS.
@Tag("kernel")
@Timeout(180)
class StockTlsTest {
    private static final String IMAGE = "busybox:tls";
    private static final Pattern PORT = Pattern.compile("tcp://127.0.0.1:([0-9]+)");

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static Certificates certificates;
    private static Docker docker;
    private static String host;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        certificates = Certificates.make(dir.resolve("certificates"));
        Path server = certificates.of("server");
        daemon = DaemonProcess.startWith(
                dir,
                "-H",
                "tcp://127.0.0.1:0",
                "--tlsverify",
                "--tlscacert=" + server.resolve("ca.pem"),
                "--tlscert=" + server.resolve("cert.pem"),
                "--tlskey=" + server.resolve("key.pem"));
        Matcher port = PORT.matcher(daemon.log());
        assertThat(port.find()).as(daemon.log()).isTrue();
        host = "tcp://127.0.0.1:" + port.group(1);
        docker = new Docker(host, tls(certificates.of("alice")));
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        ok(docker.run("import", tar.toString(), IMAGE));
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private static Map<String, String> tls(Path certificates) {
        return Map.of("DOCKER_TLS_VERIFY", "1", "DOCKER_CERT_PATH", certificates.toString());
    }

    private static String ok(Docker.Result result) {
        assertThat(result.code()).as(result.err()).isZero();
        return result.out();
    }

    @Test
    void aContainerRunsWithItsInputAndItsExitCode() throws IOException {
        assertThat(ok(docker.runWith(
                        "to be echoed\n".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        "run",
                        "--rm",
                        "-i",
                        "--network",
                        "none",
                        IMAGE,
                        "cat")))
                .isEqualTo("to be echoed\n");
        assertThat(docker.run("run", "--rm", "--network", "none", IMAGE, "sh", "-c", "exit 7")
                        .code())
                .isEqualTo(7);
    }

    @Test
    void whatIsLargeGoesBothWays() throws IOException {
        byte[] large = new byte[20 << 20];
        new java.util.Random(4).nextBytes(large);
        Docker.Result result = docker.runWith(large, "run", "--rm", "-i", "--network", "none", IMAGE, "cat");
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.bytes()).isEqualTo(large);
    }

    @Test
    void execAttachLogsAndCopiesWork() throws IOException {
        ok(docker.run(
                "run", "-d", "--name", "box", "--network", "none", IMAGE, "sh", "-c", "echo up; exec sleep 1000"));
        assertThat(ok(docker.runWith(
                        "in\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), "exec", "-i", "box", "cat")))
                .isEqualTo("in\n");
        assertThat(ok(docker.run("logs", "box"))).isEqualTo("up\n");
        Path file = Files.writeString(dir.resolve("file"), "carried");
        ok(docker.run("cp", file.toString(), "box:/tmp/file"));
        assertThat(ok(docker.run("exec", "box", "cat", "/tmp/file"))).isEqualTo("carried");
        ok(docker.run("cp", "box:/tmp/file", dir.resolve("back").toString()));
        assertThat(dir.resolve("back")).hasContent("carried");
        ok(docker.run("rm", "-f", "box"));
        ok(docker.run("create", "-i", "--name", "cat", "--network", "none", IMAGE, "cat"));
        assertThat(ok(docker.runWith(
                        "attached\n".getBytes(java.nio.charset.StandardCharsets.UTF_8), "start", "-ai", "cat")))
                .isEqualTo("attached\n");
        ok(docker.run("rm", "-f", "cat"));
    }

    @Test
    void aBuildGoesThrough() throws IOException {
        Files.createDirectories(dir.resolve("context"));
        Files.writeString(dir.resolve("context/Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
        Docker.Result build = docker.run("build", "-q", dir.resolve("context").toString());
        assertThat(build.code()).as(build.err()).isZero();
        assertThat(build.out().strip()).matches("sha256:[0-9a-f]{64}");
    }

    @Test
    void whoHasNoCertificateOfOursIsNotServed() throws IOException, InterruptedException {
        Certificates others = Certificates.make(dir.resolve("others"));
        Path mallory = others.of("mallory");
        Files.copy(
                certificates.root().resolve("ca.pem"),
                mallory.resolve("ca.pem"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        Docker.Result refused = new Docker(host, tls(mallory)).run("ps");
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("tls: ");
        Docker.Result plain = new Docker(host).run("ps");
        assertThat(plain.code()).isNotZero();
        assertThat(plain.err()).contains("Client sent an HTTP request to an HTTPS server");
    }
}
