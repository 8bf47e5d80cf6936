package dev.gantry.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The server over a real socket, spoken to in raw bytes.
@Timeout(60)
class HttpServerTest {
    private static final long GIGABYTE = 1L << 30;

    @TempDir
    Path dir;

    private Path socket;
    private HttpServer server;
    private final CountDownLatch streaming = new CountDownLatch(1);
    private final CountDownLatch held = new CountDownLatch(1);
    private final CompletableFuture<String> streamEnd = new CompletableFuture<>();
    private final AtomicLong written = new AtomicLong();

    @BeforeEach
    void start() throws IOException {
        socket = dir.resolve("s");
        server = new HttpServer(this::answer, Map.of("Server", "test"), Clock.systemUTC());
        server.listen(socket);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private ApiResponse answer(ApiRequest request) {
        return switch (request.path()) {
            case "/ok" -> ApiResponse.text(200, "OK");
            case "/who" -> ApiResponse.text(200, request.caller().toString());
            case "/none" -> ApiResponse.noContent();
            case "/hold" -> {
                request.document();
                streaming.countDown();
                awaitRelease();
                yield ApiResponse.text(200, "read");
            }
            case "/echo" -> ApiResponse.text(200, request.document());
            case "/count" -> ApiResponse.text(200, Long.toString(count(request.body())));
            case "/ignore" -> ApiResponse.text(403, "no");
            case "/query" -> ApiResponse.text(200, request.query().text("a"));
            case "/boom" -> throw new IllegalStateException("a bug");
            case "/gigabyte" -> new ApiResponse.Stream("application/x-tar", out -> fill(out, GIGABYTE));
            case "/broken" ->
                new ApiResponse.Stream("text/plain", out -> {
                    out.write('x');
                    out.flush();
                    throw new IOException("the source broke");
                });
            case "/events" -> new ApiResponse.Stream("application/json", this::waitForever);
            case "/pour" ->
                new ApiResponse.Hijack(ApiResponse.RAW_STREAM, c -> {
                    fill(c.output(), GIGABYTE);
                    c.output().flush();
                });
            case "/cat" -> new ApiResponse.Hijack(ApiResponse.RAW_STREAM, HttpServerTest::cat);
            case "/told" ->
                new ApiResponse.Hijack(ApiResponse.RAW_STREAM, c -> {
                    c.output().write("told".getBytes(StandardCharsets.UTF_8));
                    c.output().flush();
                });
            case "/sink" ->
                new ApiResponse.Hijack(ApiResponse.RAW_STREAM, c -> {
                    c.output().write("ready\n".getBytes(StandardCharsets.UTF_8));
                    c.output().flush();
                    c.closeOutput();
                    streamEnd.complete(Long.toString(count(c.input())));
                });
            default -> ApiResponse.text(404, request.path());
        };
    }

    private void awaitRelease() {
        try {
            held.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void waitForever(OutputStream out) throws IOException {
        out.write("first\n".getBytes(StandardCharsets.UTF_8));
        out.flush();
        streaming.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            streamEnd.complete("interrupted");
        }
    }

    private void fill(OutputStream out, long total) throws IOException {
        byte[] block = new byte[32 << 10];
        for (long n = 0; n < total; n += block.length) {
            out.write(block);
            written.addAndGet(block.length);
        }
    }

    private static long count(InputStream in) {
        byte[] block = new byte[64 << 10];
        long total = 0;
        try {
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                total += n;
            }
        } catch (IOException e) {
            return -total - 1;
        }
        return total;
    }

    private static void cat(ApiResponse.Duplex c) throws IOException {
        byte[] block = new byte[64 << 10];
        for (int n = c.input().read(block); n >= 0; n = c.input().read(block)) {
            c.output().write(block, 0, n);
            c.output().flush();
        }
        c.output().write("bye".getBytes(StandardCharsets.UTF_8));
    }

    private String ask(String bytes) throws IOException {
        try (var client = new RawClient(socket)) {
            return client.send(bytes).endOfInput().rest();
        }
    }

    private static String get(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: d\r\n\r\n";
    }

    @Test
    void whoSaysNothingIsCutOffWhereSilenceHasALimit() throws Exception {
        Path other = dir.resolve("short");
        var limit = Duration.ofMillis(200);
        try (var impatient = new HttpServer(this::answer, Gate.OPEN, Map.of(), Clock.systemUTC(), 9, limit)) {
            impatient.listen(other);
            try (RawClient silent = new RawClient(other);
                    RawClient patient = new RawClient(socket)) {
                assertThat(silent.rest()).isEmpty();
                assertThat(patient.send("GET /ok HTTP/1.0\r\n\r\n").rest()).endsWith("OK");
            }
        }
    }

    @Test
    void anAnswerHasItsLengthAndTheFieldsOfEveryAnswer() throws IOException {
        try (var client = new RawClient(socket)) {
            String head = client.send(get("/ok")).until("\r\n\r\n");
            assertThat(head)
                    .startsWith("HTTP/1.1 200 OK\r\nServer: test\r\nDate: ")
                    .contains("\r\nContent-Length: 2\r\n");
            assertThat(client.until("OK")).isEqualTo("OK");
        }
    }

    @Test
    void aConnectionCarriesManyRequestsOneAfterTheOther() throws IOException {
        try (var client = new RawClient(socket)) {
            for (int i = 0; i < 200; i++) {
                assertThat(client.send(get("/query?a=n%20" + i)).until("\r\n\r\n"))
                        .startsWith("HTTP/1.1 200");
                assertThat(client.until("n " + i)).isEqualTo("n " + i);
                assertThat(client.send(get("/none")).until("\r\n\r\n"))
                        .startsWith("HTTP/1.1 204 No Content")
                        .doesNotContain("Content-Length", "Connection");
            }
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send(get("/query?a=one") + get("/query?a=two")
                    + "POST /echo HTTP/1.1\r\nHost: d\r\nContent-Length: 5\r\n\r\nthree" + get("/query?a=four"));
            assertThat(client.until("one") + client.until("two") + client.until("three") + client.until("four"))
                    .containsSubsequence("one", "two", "three", "four");
        }
    }

    @Test
    void longDocumentsOfManyClientsAreRefusedBeforeTheyFillTheMemory() throws Exception {
        Path other = dir.resolve("small");
        int most = 1 << 20;
        try (var small = new HttpServer(this::answer, new Memory(most), Map.of(), Clock.systemUTC())) {
            small.listen(other);
            try (var slow = new RawClient(other);
                    var late = new RawClient(other)) {
                slow.send(post("/hold", most)).send("s".repeat(most));
                assertThat(streaming.await(40, TimeUnit.SECONDS)).isTrue();
                try (var next = new RawClient(other)) {
                    // Without the API any failure is one of the request.
                    assertThat(next.send(post("/echo", 100 << 10))
                                    .send("n".repeat(100 << 10))
                                    .until("a little later"))
                            .contains("400 Bad Request", "are being read already");
                }
                assertThat(late.send(post("/echo", 5)).send("short").until("short"))
                        .endsWith("short");
                held.countDown();
                assertThat(slow.until("read")).endsWith("read");
                assertThat(late.send(post("/echo", most))
                                .send("l".repeat(most - 1) + "!")
                                .until("!"))
                        .as("what a request had is given back")
                        .endsWith("l!");
                assertThat(late.send(post("/count", 2 * most))
                                .send("x".repeat(2 * most))
                                .until(Integer.toString(2 * most)))
                        .as("a stream is no document")
                        .endsWith(Integer.toString(2 * most));
            }
        }
    }

    private static String post(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nHost: d\r\nContent-Length: " + length + "\r\n\r\n";
    }

    @Test
    void headHasTheLengthButNotTheBody() throws IOException {
        try (var client = new RawClient(socket)) {
            String head = client.send("HEAD /ok HTTP/1.1\r\nHost: d\r\n\r\n" + get("/none"))
                    .until("204 No Content");
            assertThat(head).contains("Content-Length: 2\r\n").endsWith("\r\n\r\nHTTP/1.1 204 No Content");
        }
    }

    @Test
    void aChunkedBodyIsRead() throws IOException {
        assertThat(ask("POST /echo HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                        + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
                .endsWith("\r\n\r\nabcde");
    }

    @Test
    void aClientThatWaitsToBeInvitedIsInvitedWhenTheBodyIsRead() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send("POST /echo HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.until("\r\n\r\n")).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("data");
            assertThat(client.until("data")).contains("200 OK");
        }
    }

    @Test
    void anUninvitedBodyEndsTheConnectionAfterTheAnswer() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send("POST /ignore HTTP/1.1\r\nHost: d\r\nContent-Length: 4000000\r\nExpect: 100-continue\r\n\r\n");
            assertThat(client.rest())
                    .startsWith("HTTP/1.1 403")
                    .contains("Connection: close")
                    .endsWith("no");
        }
    }

    @Test
    void aShortBodyNobodyReadsDoesNotHurtTheNextRequest() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send("POST /ignore HTTP/1.1\r\nHost: d\r\nContent-Length: 4\r\n\r\ndata" + get("/query?a=next"));
            assertThat(client.until("next")).contains("403 Forbidden", "200 OK");
        }
    }

    @Test
    void aBugIsAnsweredWithFiveHundredAndWords() throws IOException {
        assertThat(ask(get("/boom"))).startsWith("HTTP/1.1 500").contains("{\"message\":\"internal error");
    }

    @Test
    void aTakeoverWithUpgradeBeginsWith101AndLivesOnAfterTheClientsHalfClose() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send("POST /cat HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
            assertThat(client.until("\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n"
                            + "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
            client.send("hello");
            assertThat(client.until("hello")).isEqualTo("hello");
            assertThat(client.endOfInput().rest()).isEqualTo("bye");
        }
    }

    @Test
    void aGigabyteFollowsTheClientsHalfCloseAndIsWaitedFor() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send("POST /pour HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
                    .endOfInput()
                    .until("\r\n\r\n");
            ByteBuffer block = ByteBuffer.allocateDirect(256 << 10);
            long total = 0;
            for (int n = client.channel.read(block); n >= 0; n = client.channel.read(block.clear())) {
                total += n;
            }
            assertThat(total).isEqualTo(GIGABYTE);
        }
    }

    @Test
    void aTakeoverWithoutUpgradeBeginsWith200AndNoLength() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send("POST /cat HTTP/1.1\r\nHost: d\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.until("\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
            assertThat(client.send("x").endOfInput().rest()).isEqualTo("xbye");
        }
    }

    @Test
    void bytesThatFollowAnUpgradeAtOnceAreInputAndNotARequest() throws IOException {
        String input = get("/ok");
        assertThat(ask("POST /cat HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n" + input))
                .endsWith("\r\n\r\n" + input + "bye");
    }

    @Test
    void theServersHalfCloseLeavesTheInputOpen() throws Exception {
        try (var client = new RawClient(socket)) {
            client.send("POST /sink HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
            assertThat(client.rest()).endsWith("ready\n");
            client.send("still here").endOfInput();
            assertThat(streamEnd.get(60, TimeUnit.SECONDS)).isEqualTo("10");
        }
    }

    @Test
    void aClientThatLeavesInterruptsItsStream() throws Exception {
        try (var client = new RawClient(socket)) {
            client.send(get("/events")).until("first\n");
            streaming.await();
        }
        assertThat(streamEnd.get(60, TimeUnit.SECONDS)).isEqualTo("interrupted");
    }

    @Test
    void aStreamThatBreaksOffDoesNotLookComplete() throws IOException {
        try (var client = new RawClient(socket)) {
            assertThat(client.send(get("/broken")).rest()).endsWith("\r\n1\r\nx\r\n");
        }
    }

    @Test
    void aStreamToAnOldClientEndsWithTheConnection() throws IOException {
        try (var client = new RawClient(socket)) {
            assertThat(client.send("GET /broken HTTP/1.0\r\n\r\n").rest()).endsWith("\r\n\r\nx");
        }
    }

    @Test
    void aSlowClientHoldsTheWriterBackAndNotTheMemory() throws Exception {
        try (var client = new RawClient(socket)) {
            client.send(get("/gigabyte")).until("\r\n\r\n");
            awaitStandstill();
            assertThat(written.get()).isLessThan(8L << 20);
        }
    }

    /// Until the writer has written something and then nothing more for a while.
    private void awaitStandstill() {
        long before = 0;
        long since = System.nanoTime();
        while (before == 0 || System.nanoTime() - since < 300_000_000) {
            if (written.get() != before) {
                before = written.get();
                since = System.nanoTime();
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void aGigabyteIsStreamedOutWithoutBeingHeld() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send("GET /gigabyte HTTP/1.0\r\n\r\n").until("\r\n\r\n");
            ByteBuffer block = ByteBuffer.allocateDirect(256 << 10);
            long total = 0;
            long peak = 0;
            for (int n = client.channel.read(block); n >= 0; n = client.channel.read(block.clear())) {
                total += n;
                peak = Math.max(peak, direct());
            }
            assertThat(total).isEqualTo(GIGABYTE);
            assertThat(peak).isLessThan(64L << 20);
        }
    }

    @Test
    void aGigabyteIsStreamedInWithoutBeingHeld() throws IOException {
        try (var client = new RawClient(socket)) {
            client.send("POST /count HTTP/1.1\r\nHost: d\r\nContent-Length: " + GIGABYTE + "\r\n\r\n");
            ByteBuffer block = ByteBuffer.allocateDirect(256 << 10);
            long peak = 0;
            for (long sent = 0; sent < GIGABYTE; sent += block.capacity()) {
                block.clear();
                while (block.hasRemaining()) {
                    client.channel.write(block);
                }
                peak = Math.max(peak, direct());
            }
            assertThat(client.until(Long.toString(GIGABYTE))).contains("200 OK");
            assertThat(peak).isLessThan(64L << 20);
        }
    }

    private static long direct() {
        return io.netty.buffer.ByteBufAllocator.DEFAULT instanceof io.netty.buffer.ByteBufAllocatorMetricProvider m
                ? m.metric().usedDirectMemory()
                : 0;
    }

    @Test
    void malformedAndAmbiguousRequestsAreRefusedAndTheConnectionEnds() throws IOException {
        String ok = "POST /echo HTTP/1.1\r\nHost: d\r\n";
        for (String bad : new String[] {
            "nonsense\r\n\r\n",
            "GET /ok HTTP/1.1\r\n\r\n",
            "GET /ok HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /ok HTTP/3.0\r\nHost: d\r\n\r\n",
            "GET http://d/ok HTTP/1.1\r\nHost: d\r\n\r\n",
            "GET /ok#x HTTP/1.1\r\nHost: d\r\n\r\n",
            "GET /ok?x=1#x HTTP/1.1\r\nHost: d\r\n\r\n",
            "GET /ok HTTP/1.1\nHost: d\n\n",
            "GET /ok HTTP/1.1\r\nHost : d\r\n\r\n",
            "GET /ok HTTP/1.1\r\nHost: d\r\nBad\u0000: x\r\n\r\n",
            ok + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            ok + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
            ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
            ok + "Content-Length: 3, 4\r\n\r\nabc",
            ok + "Content-Length: -3\r\n\r\nabc",
            ok + "Content-Length: 0x3\r\n\r\nabc",
            ok + "Content-Length: +3\r\n\r\nabc",
            ok + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            ok + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            ok + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            ok + "Transfer-Encoding\u000b: chunked\r\n\r\n0\r\n\r\n",
            "GET /" + "a".repeat(70_000) + " HTTP/1.1\r\nHost: d\r\n\r\n",
            "GET /ok HTTP/1.1\r\nHost: d\r\nX: " + "a".repeat(140_000) + "\r\n\r\n",
        }) {
            String shown = bad.length() > 200 ? bad.substring(0, 200) : bad;
            try (var client = new RawClient(socket)) {
                String answer = client.send(bad + get("/ok")).rest();
                assertThat(answer)
                        .as(shown)
                        .startsWith("HTTP/1.1 400 Bad Request")
                        .contains("{\"message\":");
                assertThat(answer.split("HTTP/1.1 ", -1)).as(shown).hasSize(2);
            }
        }
    }

    @Test
    void badChunksBreakTheBodyAndNoRequestIsReadFromTheirRest() throws IOException {
        for (String chunks :
                new String[] {"zz\r\nabc\r\n0\r\n\r\n", "3\nabc\r\n0\r\n\r\n", "-1\r\nabc", "3\r\nabcXX0\r\n\r\n"}) {
            try (var client = new RawClient(socket)) {
                String answer = client.send("POST /count HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + chunks + get("/ok"))
                        .endOfInput()
                        .rest();
                assertThat(answer.split("HTTP/1.1 ", -1)).as(chunks).hasSizeLessThanOrEqualTo(2);
                assertThat(answer).as(chunks).doesNotContain("OK\r\n\r\nOK");
            }
        }
    }

    @Test
    void aBodyCutShortIsAFailureForItsReader() throws IOException {
        assertThat(ask("POST /count HTTP/1.1\r\nHost: d\r\nContent-Length: 10\r\n\r\nabc"))
                .endsWith("\r\n\r\n-4");
    }

    @Test
    void theSameIsServedOverTcp() throws IOException {
        int port = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try (Socket tcp = new Socket(InetAddress.getLoopbackAddress(), port)) {
            tcp.getOutputStream()
                    .write("POST /cat HTTP/1.1\r\nHost: d\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nhi"
                            .getBytes(StandardCharsets.US_ASCII));
            tcp.shutdownOutput();
            assertThat(new String(tcp.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 101")
                    .endsWith("\r\n\r\nhibye");
        }
    }

    @Test
    void theProcessAtTheOtherEndIsKnown() throws IOException {
        long uid = new com.sun.security.auth.module.UnixSystem().getUid();
        try (RawClient client = new RawClient(socket)) {
            client.send("GET /who HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(client.until("]"))
                    .contains("Local[pid=" + ProcessHandle.current().pid() + ", uid=" + uid + ", gid=");
        }
    }

    @Test
    void whoeverComesByTcpIsAnybody() throws IOException {
        int port = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.getOutputStream()
                    .write("GET /who HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.UTF_8));
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("Anybody[address=127.0.0.1]");
        }
    }

    @Test
    void aClientThatThrowsAwayWhatComesWithTheHeadLosesNothing() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (RawClient client = new RawClient(socket)) {
                client.send("POST /told HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                        + "User-Agent: docker-sdk-python/5.0.3\r\nContent-Length: 0\r\n\r\n");
                ByteBuffer block = ByteBuffer.allocate(8192);
                client.channel.read(block);
                assertThat(new String(block.array(), 0, block.position(), StandardCharsets.ISO_8859_1))
                        .startsWith("HTTP/1.1 101 ")
                        .endsWith("\r\n\r\n");
                assertThat(client.rest()).isEqualTo("told");
            }
        }
    }
}
