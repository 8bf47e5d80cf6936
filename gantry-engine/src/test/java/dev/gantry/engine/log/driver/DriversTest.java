package dev.gantry.engine.log.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSink;
import dev.gantry.engine.log.LogSource;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the drivers send, taken by real sockets and read by the rules of each protocol.
@Timeout(60)
class DriversTest {
    private static final ContainerId ID = new ContainerId("ab".repeat(32));
    private static final Instant AT = Instant.parse("2026-11-21T04:47:58.151909144Z");

    @TempDir
    Path dir;

    private LogSource source(Map<String, String> options) {
        return new LogSource(
                ID,
                "web",
                "sha256:" + "cd".repeat(32),
                "busybox",
                List.of("sh", "-c", "true"),
                AT,
                Map.of("tier", "front", "x", "y"),
                List.of("STAGE=test", "PATH=/bin"),
                options);
    }

    private LogSink open(String driver, Map<String, String> options) throws IOException {
        var drivers = new BuiltInDrivers(Linux.host(), dir.resolve("journal"));
        drivers.find(driver).orElseThrow().check(options);
        return drivers.find(driver).orElseThrow().open(source(options));
    }

    private void refuses(String driver, Map<String, String> options, String words) {
        var drivers = new BuiltInDrivers(Linux.host(), dir.resolve("journal"));
        assertThatThrownBy(() -> drivers.find(driver).orElseThrow().check(options))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining(words);
    }

    private static LogRecord out(String text) {
        return record(LogRecord.Stream.STDOUT, text);
    }

    private static LogRecord record(LogRecord.Stream stream, String text) {
        return new LogRecord(stream, AT, AT.toString(), text.getBytes(StandardCharsets.UTF_8));
    }

    private static DatagramChannel udp() throws IOException {
        return DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static int port(DatagramChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    private static byte[] datagram(DatagramChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
        channel.receive(bytes);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    // syslog

    @Test
    void syslogOverUdpIsADatagramPerRecord() throws IOException {
        try (DatagramChannel receiver = udp();
                LogSink sink = open(
                        "syslog",
                        Map.of(
                                "syslog-address",
                                "udp://127.0.0.1:" + port(receiver),
                                "syslog-facility",
                                "local3",
                                "syslog-format",
                                "rfc5424micro",
                                "tag",
                                "{{.ImageName}}/{{.Name}}/{{.ID}}"))) {
            sink.write(out("one\n"));
            sink.write(record(LogRecord.Stream.STDERR, "two"));
            // local3 is 19: 19 * 8 + 6, and + 3 for an error.
            assertThat(text(datagram(receiver)))
                    .matches("<158>1 2026-11-21T\\d\\d:\\d\\d:58\\.151909\\S+ \\S+ busybox/web/abababababab \\d+"
                            + " busybox/web/abababababab - one\n");
            assertThat(text(datagram(receiver))).startsWith("<155>1 ").endsWith(" - two\n");
        }
    }

    @Test
    void syslogOverTcpInTheOldForms() throws IOException {
        try (ServerSocket receiver = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                LogSink plain = open("syslog", Map.of("syslog-address", "tcp://127.0.0.1:" + receiver.getLocalPort()));
                Socket first = receiver.accept();
                LogSink old = open(
                        "syslog",
                        Map.of(
                                "syslog-address",
                                "tcp://127.0.0.1:" + receiver.getLocalPort(),
                                "syslog-format",
                                "rfc3164"));
                Socket second = receiver.accept()) {
            plain.write(out("one\n"));
            plain.flush();
            old.write(out("two\n"));
            old.flush();
            assertThat(line(first)).matches("<30>Nov 21 \\d\\d:\\d\\d:58 abababababab\\[\\d+]: one");
            assertThat(line(second)).matches("<30>Nov 21 \\d\\d:\\d\\d:58 \\S+ abababababab\\[\\d+]: two");
        }
    }

    private static String line(Socket from) throws IOException {
        var line = new StringBuilder();
        for (int c = from.getInputStream().read();
                c != '\n' && c >= 0;
                c = from.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    @Test
    void aReceiverThatHasClosedIsNoticed() throws Exception {
        try (ServerSocket receiver = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                LogSink sink = open("syslog", Map.of("syslog-address", "tcp://127.0.0.1:" + receiver.getLocalPort()))) {
            receiver.accept().close();
            long deadline = System.nanoTime() + 30_000_000_000L;
            IOException noticed = null;
            while (noticed == null && System.nanoTime() < deadline) {
                try {
                    sink.write(out("lost\n"));
                    sink.flush();
                    Thread.sleep(5);
                } catch (IOException e) {
                    noticed = e;
                }
            }
            assertThat(noticed).isNotNull();
        }
    }

    @Test
    void syslogOverUnixSocketsOfBothKinds() throws IOException {
        Path stream = dir.resolve("stream");
        Path datagrams = dir.resolve("datagrams");
        try (ServerSocketChannel receiver =
                        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(stream));
                LogSink sink = open("syslog", Map.of("syslog-address", "unix://" + stream));
                var from = receiver.accept();
                Fd socket = bound(datagrams);
                LogSink second = open("syslog", Map.of("syslog-address", "unixgram://" + datagrams))) {
            sink.write(out("one\n"));
            sink.flush();
            byte[] head = Channels.newInputStream(from).readNBytes(4);
            assertThat(text(head)).isEqualTo("<30>");
            second.write(out("two\n"));
            assertThat(text(received(socket))).startsWith("<30>").endsWith(": two\n");
        }
    }

    private static Fd bound(Path path) {
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer address = ByteBuffer.allocate(2 + name.length + 1).order(ByteOrder.nativeOrder());
        address.putShort((short) 1).put(name);
        Fd socket = Linux.host().sockets().open(1, 2, 0);
        Linux.host().sockets().bind(socket, address.array());
        return socket;
    }

    private static byte[] received(Fd socket) {
        return Linux.host().sockets().receive(socket, 1 << 16, 0).bytes();
    }

    @Test
    void aReceiverThatSaysNothingIsNotWaitedForInTheHandshake() throws Exception {
        try (ServerSocket receiver = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            var to = new LogAddress("tcp+tls", "127.0.0.1", receiver.getLocalPort(), "");
            var dialer = new Dialer(Linux.host(), Duration.ofMillis(200));
            assertThatThrownBy(() -> dialer.dial(to, SSLContext.getDefault(), false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("timed out");
        }
    }

    @Test
    void aUnixSocketThatTakesNoMoreIsNotWaitedFor() throws Exception {
        var at = UnixDomainSocketAddress.of(dir.resolve("full"));
        var to = new LogAddress("unix", "", 0, at.getPath().toString());
        var dialer = new Dialer(Linux.host(), Duration.ofMillis(200));
        try (ServerSocketChannel receiver =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(at, 1)) {
            List<Wire> taken = new ArrayList<>();
            try {
                // It takes one more than it was told.
                taken.add(dialer.dial(to, null, false));
                taken.add(dialer.dial(to, null, false));
                assertThatThrownBy(() -> dialer.dial(to, null, false))
                        .isInstanceOf(IOException.class)
                        .hasMessage("dial " + to + ": connect: connect timed out");
                receiver.accept().close();
                taken.add(dialer.dial(to, null, false));
            } finally {
                taken.forEach(Wire::close);
            }
        }
    }

    @Test
    void aWayOfDatagramsThatIsClosedSendsNothing() throws Exception {
        Path datagrams = dir.resolve("datagrams");
        try (Fd socket = bound(datagrams)) {
            Wire wire = new Dialer(Linux.host()).dial(LogAddress.datagrams(datagrams.toString()), null, false);
            Thread sender = Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        wire.send(new byte[] {1}); // until it is full, and then it waits
                    }
                } catch (IOException e) {
                    return; // closed
                }
            });
            assertThat(received(socket)).hasSize(1);
            wire.close();
            wire.close();
            sender.join();
            assertThatThrownBy(() -> wire.send(new byte[] {1}))
                    .isInstanceOf(IOException.class)
                    .hasMessage("it is closed");
        }
    }

    // what an image says of itself

    private static LogSource forging(Map<String, String> labels, Map<String, String> options) {
        return new LogSource(
                ID,
                "web",
                "sha256:" + "cd".repeat(32),
                "busybox",
                List.of("sh", "\n<0>forged\r\u0085"),
                AT,
                labels,
                List.of(),
                options);
    }

    @Test
    void aTagIsOneLine() {
        LogSource source = forging(Map.of(), Map.of("tag", "{{.Command}}"));
        assertThat(source.tag("")).isEqualTo("sh  <0>forged  ");
    }

    @Test
    void aLabelTakesNoFieldOfOurs() throws IOException {
        Map<String, String> labels = Map.of(
                "container_id", "forged",
                "container_name", "forged",
                "partial_message", "forged",
                "log", "forged",
                "tag", "forged");
        String json = text(new GelfForm(forging(labels, Map.of("labels-regex", "."))).message(out("one\n")));
        assertThat(json)
                .contains("\"_container_id\":\"" + ID.hex(), "\"_container_name\":\"web\"", "\"_log\":\"forged\"")
                .contains("\"_tag\":\"abababababab\"")
                .doesNotContain("\"_container_id\":\"forged", "\"_container_name\":\"forged", "\"_tag\":\"forged");
        try (ServerSocket receiver = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + receiver.getLocalPort();
            Map<String, String> options = Map.of("fluentd-address", address, "labels-regex", ".");
            var driver = new BuiltInDrivers(Linux.host(), dir.resolve("journal"))
                    .find("fluentd")
                    .orElseThrow();
            try (LogSink sink = driver.open(forging(labels, options));
                    Socket from = receiver.accept()) {
                sink.write(out("one\n"));
                sink.flush();
                assertThat(Unpacked.next(new DataInputStream(from.getInputStream()))
                                .toString())
                        .contains("container_id=" + ID.hex(), "container_name=/web", "log=one", "tag=forged")
                        .doesNotContain("partial_message");
            }
        }
    }

    @Test
    void aLabelIsNoMessageOfTheJournal() throws IOException {
        try (Fd journal = bound(dir.resolve("journal"))) {
            Map<String, String> labels =
                    Map.of("message", "forged", "_priority", "0", "syslog.timestamp", "x", "_", "y", "tier", "front");
            var driver = new BuiltInDrivers(Linux.host(), dir.resolve("journal"))
                    .find("journald")
                    .orElseThrow();
            try (LogSink sink = driver.open(forging(labels, Map.of("labels-regex", ".")))) {
                sink.write(out("one\n"));
                assertThat(text(received(journal)).lines())
                        .contains("TIER=front", "MESSAGE=one", "PRIORITY=6")
                        .doesNotContain("MESSAGE=forged", "PRIORITY=0", "SYSLOG_TIMESTAMP=x", "=y");
            }
        }
    }

    // gelf

    @Test
    void gelfOverUdpIsCompressedAndInChunks() throws IOException {
        try (DatagramChannel receiver = udp();
                LogSink sink = open(
                        "gelf",
                        Map.of("gelf-address", "udp://127.0.0.1:" + port(receiver), "labels", "tier", "env", "STAGE"));
                LogSink plain = open(
                        "gelf",
                        Map.of("gelf-address", "udp://127.0.0.1:" + port(receiver), "gelf-compression-type", "none"));
                LogSink zlib = open(
                        "gelf",
                        Map.of("gelf-address", "udp://127.0.0.1:" + port(receiver), "gelf-compression-type", "zlib"))) {
            sink.write(out("caf\u00e9\n"));
            String json = text(new GZIPInputStream(new ByteArrayInputStream(datagram(receiver))).readAllBytes());
            assertThat(json)
                    .contains("\"version\":\"1.1\"", "\"short_message\":\"caf\u00e9\"", "\"level\":6")
                    .contains("\"timestamp\":1795236478.151")
                    .contains("\"_container_id\":\"" + ID.hex() + "\"", "\"_container_name\":\"web\"")
                    .contains("\"_command\":\"sh -c true\"", "\"_tag\":\"abababababab\"")
                    .contains("\"_tier\":\"front\"", "\"_STAGE\":\"test\"")
                    .doesNotContain("_x", "_PATH");
            plain.write(out("a".repeat(4000) + "\n"));
            assertThat(chunks(receiver)).contains("a".repeat(4000));
            zlib.write(out("small\n"));
            assertThat(text(new InflaterInputStream(new ByteArrayInputStream(datagram(receiver))).readAllBytes()))
                    .contains("\"small\"");
        }
    }

    private static String chunks(DatagramChannel receiver) throws IOException {
        var all = new StringBuilder();
        int count = 1;
        for (int i = 0; i < count; i++) {
            byte[] chunk = datagram(receiver);
            assertThat(chunk[0]).isEqualTo((byte) 0x1e);
            assertThat(chunk[1]).isEqualTo((byte) 0x0f);
            assertThat(chunk[10]).isEqualTo((byte) i);
            count = chunk[11];
            assertThat(chunk.length).isLessThanOrEqualTo(1420);
            all.append(text(Arrays.copyOfRange(chunk, 12, chunk.length)));
        }
        return all.toString();
    }

    @Test
    void gelfOverTcpEndsEachMessageWithAZero() throws IOException {
        try (ServerSocket receiver = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                LogSink sink = open("gelf", Map.of("gelf-address", "tcp://127.0.0.1:" + receiver.getLocalPort()));
                Socket from = receiver.accept()) {
            sink.write(record(LogRecord.Stream.STDERR, "one\n"));
            sink.write(out("two\n"));
            sink.flush();
            for (String expected : List.of("\"short_message\":\"one\"", "\"short_message\":\"two\"")) {
                var message = new StringBuilder();
                for (int c = from.getInputStream().read();
                        c > 0;
                        c = from.getInputStream().read()) {
                    message.append((char) c);
                }
                assertThat(message.toString()).contains(expected);
            }
        }
    }

    // fluentd

    @Test
    void fluentdIsAMessageOfTagTimeAndFields() throws IOException {
        try (ServerSocket receiver = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                LogSink sink = open(
                        "fluentd",
                        Map.of(
                                "fluentd-address",
                                "127.0.0.1:" + receiver.getLocalPort(),
                                "tag",
                                "docker.{{.Name}}",
                                "labels-regex",
                                "^t",
                                "fluentd-sub-second-precision",
                                "true"));
                Socket from = receiver.accept()) {
            sink.write(record(LogRecord.Stream.STDERR, "one\n"));
            sink.write(out("part"));
            sink.flush();
            var in = new DataInputStream(from.getInputStream());
            Object first = Unpacked.next(in);
            assertThat(first)
                    .isEqualTo(List.of(
                            "docker.web",
                            new Unpacked.EventTime(AT.getEpochSecond(), AT.getNano()),
                            Map.of(
                                    "container_id", ID.hex(),
                                    "container_name", "/web",
                                    "tier", "front",
                                    "source", "stderr",
                                    "log", "one"),
                            Map.of()));
            assertThat(Unpacked.next(in).toString()).contains("partial_message=true", "log=part", "source=stdout");
        }
    }

    @Test
    void fluentdWaitsForTheAcknowledgementItAskedFor() throws Exception {
        try (ServerSocket receiver = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                LogSink sink = open(
                        "fluentd",
                        Map.of(
                                "fluentd-address",
                                "tcp://127.0.0.1:" + receiver.getLocalPort(),
                                "fluentd-request-ack",
                                "true"));
                Socket from = receiver.accept()) {
            Thread server = Thread.startVirtualThread(() -> {
                try {
                    for (boolean right : new boolean[] {true, false}) {
                        List<?> message = (List<?>) Unpacked.next(new DataInputStream(from.getInputStream()));
                        String chunk = String.valueOf(((Map<?, ?>) message.get(3)).get("chunk"));
                        MessagePack answer = new MessagePack().map(1).text("ack");
                        from.getOutputStream()
                                .write(answer.text(right ? chunk : "other").bytes());
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            sink.write(out("one\n"));
            assertThatThrownBy(() -> sink.write(out("two\n")))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("acknowledged other");
            server.join();
        }
    }

    @Test
    void fluentdThatNeedNotBeThereAtTheStartIsReachedLater() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        String address = "127.0.0.1:" + port;
        assertThatThrownBy(() -> open("fluentd", Map.of("fluentd-address", address)))
                .isInstanceOf(IOException.class)
                .hasMessage("dial tcp 127.0.0.1:" + port + ": connect: connection refused");
        try (LogSink sink = open("fluentd", Map.of("fluentd-address", address, "fluentd-async", "true"));
                ServerSocket receiver = new ServerSocket(port, 5, InetAddress.getLoopbackAddress())) {
            sink.write(out("late\n"));
            sink.flush();
            try (Socket from = receiver.accept()) {
                assertThat(Unpacked.next(new DataInputStream(from.getInputStream()))
                                .toString())
                        .contains("log=late");
            }
        }
    }

    // journald

    @Test
    void journaldGetsFieldsAndWholeMessages() throws IOException {
        try (Fd journal = bound(dir.resolve("journal"));
                LogSink sink = open("journald", Map.of("labels", "tier", "tag", "{{.Name}}"))) {
            sink.write(record(LogRecord.Stream.STDERR, "one\n"));
            assertThat(text(received(journal)).lines())
                    .contains(
                            "MESSAGE=one",
                            "PRIORITY=3",
                            "CONTAINER_ID=abababababab",
                            "CONTAINER_ID_FULL=" + ID.hex(),
                            "CONTAINER_NAME=web",
                            "CONTAINER_TAG=web",
                            "SYSLOG_IDENTIFIER=web",
                            "IMAGE_NAME=busybox",
                            "TIER=front",
                            "SYSLOG_TIMESTAMP=" + AT);
            sink.write(out("a\nb"));
            assertThat(text(received(journal)))
                    .contains("CONTAINER_PARTIAL_MESSAGE=true\n")
                    .endsWith("MESSAGE\n\u0003\0\0\0\0\0\0\0a\nb\n");
        }
    }

    @Test
    void aHostWithoutAJournalSaysSo() {
        assertThatThrownBy(() -> open("journald", Map.of()))
                .hasMessageContaining("journald is not enabled on this host");
    }

    // options

    @Test
    void optionsAreRefusedInTheWordsOfDockerd() {
        refuses("syslog", Map.of("foo", "1"), "unknown log opt 'foo' for syslog log driver");
        refuses("syslog", Map.of("syslog-address", "foo"), "syslog-address should be in form proto://address, got foo");
        refuses("syslog", Map.of("syslog-facility", "foo"), "invalid syslog facility");
        refuses("syslog", Map.of("syslog-format", "foo"), "Invalid syslog format");
        refuses("syslog", Map.of("syslog-tls-cert", "/a"), "belong together");
        refuses("gelf", Map.of(), "gelf-address is a required parameter");
        refuses("gelf", Map.of("gelf-address", "http://a:1"), "gelf-address should be in form proto://address");
        refuses(
                "gelf",
                Map.of("gelf-address", "tcp://a:1", "gelf-compression-type", "gzip"),
                "compression is only supported on UDP");
        refuses(
                "gelf",
                Map.of("gelf-address", "udp://a:1", "gelf-compression-type", "foo"),
                "unknown value \"foo\" for log opt \"gelf-compression-type\" for gelf log driver");
        refuses(
                "gelf",
                Map.of("gelf-address", "udp://a:1", "gelf-compression-level", "foo"),
                "unknown value \"foo\" for log opt \"gelf-compression-level\" for gelf log driver");
        refuses("fluentd", Map.of("fluentd-async", "x"), "invalid value for fluentd-async: x");
        refuses("fluentd", Map.of("fluentd-address", "foo://a"), "fluentd-address");
        refuses("journald", Map.of("foo", "1"), "unknown log opt 'foo' for journald log driver");
    }
}
