package dev.gantry.engine.log.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.PemFiles;
import dev.gantry.engine.log.LogDriver;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSink;
import dev.gantry.engine.log.LogSource;
import dev.gantry.engine.network.overlay.Certificates;
import dev.gantry.engine.network.overlay.OverlayOptions;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Receivers that speak TLS: who is believed, and who is shown what.
@Timeout(60)
class LogTlsTest {
    private static final Instant AT = Instant.parse("2026-11-21T04:47:58Z");

    @TempDir
    static Path dir;

    private static OverlayOptions.Files receiver;
    private static OverlayOptions.Files ours;

    @BeforeAll
    static void make() throws IOException {
        var certificates = new Certificates(dir.resolve("authority"));
        receiver = certificates.of("127.0.0.1");
        ours = certificates.of("127.0.0.2");
    }

    /// Takes one connection, and what comes over it until its end.
    private record Receiver(SSLServerSocket socket, CompletableFuture<Heard> heard) implements AutoCloseable {
        record Heard(String who, String text) {}

        static Receiver of(OverlayOptions.Files files) throws IOException, GeneralSecurityException {
            var context = PemFiles.context(PemFiles.identity(files.cert(), files.key()), PemFiles.trust(files.ca()));
            var socket = (SSLServerSocket)
                    context.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
            socket.setWantClientAuth(true);
            var heard = new CompletableFuture<Heard>();
            Thread.startVirtualThread(() -> {
                try (var from = (SSLSocket) socket.accept()) {
                    from.startHandshake();
                    heard.complete(new Heard(
                            who(from), new String(from.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
                } catch (IOException e) {
                    heard.completeExceptionally(e);
                }
            });
            return new Receiver(socket, heard);
        }

        private static String who(SSLSocket from) {
            try {
                return ((X509Certificate) from.getSession().getPeerCertificates()[0])
                        .getSubjectX500Principal()
                        .getName();
            } catch (IOException nobody) {
                return "";
            }
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static LogSink open(String name, Map<String, String> options) throws IOException {
        LogDriver driver = new BuiltInDrivers(Linux.host(), dir.resolve("journal"))
                .find(name)
                .orElseThrow();
        driver.check(options);
        return driver.open(new LogSource(
                new ContainerId("ab".repeat(32)),
                "web",
                "sha256:" + "cd".repeat(32),
                "busybox",
                List.of("true"),
                AT,
                Map.of(),
                List.of(),
                options));
    }

    private static Map<String, String> syslog(Receiver to, String... more) {
        Map<String, String> options = new HashMap<>(Map.of("syslog-address", "tcp+tls://127.0.0.1:" + to.port()));
        for (int i = 0; i < more.length; i += 2) {
            options.put("syslog-tls-" + more[i], more[i + 1]);
        }
        return options;
    }

    private static void write(LogSink sink, String text) throws IOException {
        sink.write(new LogRecord(LogRecord.Stream.STDOUT, AT, AT.toString(), text.getBytes(StandardCharsets.UTF_8)));
        sink.flush();
    }

    @Test
    void syslogGoesToWhomItsAuthorityVouchesForAndShowsOurCertificate() throws Exception {
        try (Receiver to = Receiver.of(receiver)) {
            try (LogSink sink = open(
                    "syslog",
                    syslog(
                            to,
                            "ca-cert",
                            receiver.ca().toString(),
                            "cert",
                            ours.cert().toString(),
                            "key",
                            ours.key().toString()))) {
                write(sink, "one\n");
            }
            Receiver.Heard heard = to.heard().get(30, TimeUnit.SECONDS);
            assertThat(heard.who()).isEqualTo("CN=127.0.0.2");
            assertThat(heard.text()).contains("<30>").contains("one");
        }
    }

    @Test
    void aReceiverOfAnotherAuthorityGetsNothingUnlessThatWasAskedFor() throws Exception {
        OverlayOptions.Files other = new Certificates(dir.resolve("other")).of("127.0.0.1");
        try (Receiver to = Receiver.of(other)) {
            assertThatThrownBy(() ->
                            open("syslog", syslog(to, "ca-cert", receiver.ca().toString())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("pkix path");
            assertThatThrownBy(() -> to.heard().get(30, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
        }
        try (Receiver to = Receiver.of(other)) {
            assertThatThrownBy(() -> open("syslog", syslog(to))).hasMessageContaining("pkix path");
        }
        try (Receiver to = Receiver.of(other)) {
            try (LogSink sink = open("syslog", syslog(to, "skip-verify", "true"))) {
                write(sink, "anyway\n");
            }
            assertThat(to.heard().get(30, TimeUnit.SECONDS).text()).contains("anyway");
        }
    }

    @Test
    void aReceiverMustBeWhoItsAddressSays() throws Exception {
        try (Receiver to = Receiver.of(ours)) {
            assertThatThrownBy(() ->
                            open("syslog", syslog(to, "ca-cert", receiver.ca().toString())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1");
        }
    }

    @Test
    void filesThatAreNoCertificatesAreToldAtTheStart() throws Exception {
        Path none = Files.writeString(dir.resolve("none.pem"), "nothing\n");
        try (Receiver to = Receiver.of(receiver)) {
            assertThatThrownBy(() -> open("syslog", syslog(to, "ca-cert", none.toString())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("could not read the TLS files");
            assertThatThrownBy(() -> open(
                            "syslog", syslog(to, "ca-cert", dir.resolve("away").toString())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("away");
        }
    }

    @Test
    void fluentdTrustsWhomTheSystemTrusts() throws Exception {
        try (Receiver to = Receiver.of(receiver)) {
            assertThatThrownBy(() -> open("fluentd", Map.of("fluentd-address", "tls://127.0.0.1:" + to.port())))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("pkix path");
        }
    }
}
