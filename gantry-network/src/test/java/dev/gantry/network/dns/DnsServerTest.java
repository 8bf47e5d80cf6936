package dev.gantry.network.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.network.address.Ip;
import dev.gantry.network.testing.Tool;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DnsServerTest {
    private static final Ip WEB = Ip.parse("10.1.0.2");
    private static final Map<String, List<Ip>> NAMES = Map.of(
            "web", List.of(WEB, Ip.parse("fd00:1::2")),
            "many",
                    IntStream.range(1, 200)
                            .mapToObj(i -> Ip.parse("10.2.0." + i))
                            .toList());

    /// Patience that does not end within a test, and such that does.
    private static final Duration LONG = Duration.ofMinutes(1);

    private static final Duration SHORT = Duration.ofMillis(300);

    private FakeUpstream upstream;
    private FakeUpstream.Datagram behaviour = q -> List.of(Answers.address(q, "192.0.2.80"));
    private FakeUpstream.Stream stream = q -> Answers.address(q, "192.0.2.81");
    private DnsServer server;
    private DnsServer.Served served;
    private int port;

    @BeforeEach
    void start() throws IOException {
        upstream = new FakeUpstream("127.0.0.2", 0, q -> behaviour.answers(q), q -> stream.answer(q));
        open(LONG, LONG);
    }

    private void open(Duration forServers, Duration forClients) {
        server = new DnsServer(new Forwarder(upstream.port(), forServers, 64), forClients);
        serve(new NameView(NAMES, Map.of(WEB, "web.front"), List.of(Ip.parse("127.0.0.2"))));
    }

    private void openAgain(Duration forServers, Duration forClients) {
        server.close();
        open(forServers, forClients);
    }

    private void serve(NameView view) {
        LoopbackSockets sockets = LoopbackSockets.open();
        port = sockets.port();
        served = server.serve(sockets.udp(), sockets.tcp(), () -> view);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        upstream.close();
    }

    private byte[] ask(byte[] query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(60_000);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            socket.send(new DatagramPacket(query, query.length));
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            socket.receive(packet);
            return Arrays.copyOf(packet.getData(), packet.getLength());
        }
    }

    private byte[] askStream(byte[] query) throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            return askStream(socket, query);
        }
    }

    private static byte[] askStream(Socket socket, byte[] query) throws IOException {
        socket.setSoTimeout(60_000);
        byte[] framed = new byte[query.length + 2];
        Wire.put16(framed, 0, query.length);
        System.arraycopy(query, 0, framed, 2, query.length);
        socket.getOutputStream().write(framed);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[in.readUnsignedShort()];
        in.readFully(answer);
        return answer;
    }

    @Test
    void namesOfContainersAreAnsweredOverDatagramsAndConnections() throws IOException {
        assertThat(Query.records(ask(Query.of(5, "WEB", Question.A)))).containsExactly("10.1.0.2");
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            assertThat(Query.records(askStream(socket, Query.of(6, "web", Question.AAAA))))
                    .containsExactly("fd00:1::2");
            assertThat(Query.records(askStream(socket, Query.of(7, "many", Question.A))))
                    .hasSize(199);
        }
        assertThat(upstream.heard).isEmpty();
    }

    @Test
    void whoIsSlowOverConnectionsMakesNobodyElseWait() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int client = 0; client < 12; client++) {
                for (int i = 0; i < 40; i++) {
                    Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port);
                    slow.add(socket);
                    socket.getOutputStream().write(new byte[] {0, 30, 1});
                }
                serve(new NameView(NAMES, Map.of(), List.of()));
            }
            assertThat(Query.records(askStream(Query.of(6, "web", Question.A)))).containsExactly("10.1.0.2");
            serve(new NameView(NAMES, Map.of(), List.of()));
            for (int i = 0; i < 40; i++) {
                slow.add(new Socket(InetAddress.ofLiteral("127.0.0.1"), port));
            }
            assertThat(Query.records(askStream(Query.of(6, "web", Question.A))))
                    .as("its own that were silent the longest go")
                    .containsExactly("10.1.0.2");
        } finally {
            for (Socket each : slow) {
                each.close();
            }
        }
    }

    @Test
    void queriesBehindEachOtherAreAnsweredInTurnThoughOneIsForwarded() throws IOException {
        try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            socket.setSoTimeout(60_000);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] query : List.of(
                    Query.of(1, "web", Question.A),
                    Query.of(2, "example.org", Question.A),
                    Query.of(3, "web", Question.AAAA))) {
                all.write(new byte[] {0, (byte) query.length});
                all.write(query);
            }
            socket.getOutputStream().write(all.toByteArray());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (String expected : List.of("10.1.0.2", "192.0.2.81", "fd00:1::2")) {
                byte[] answer = new byte[in.readUnsignedShort()];
                in.readFully(answer);
                assertThat(Query.records(answer)).containsExactly(expected);
            }
        }
    }

    @Test
    void theRestIsForwardedWithAnIdAndAPortOfItsOwn() throws IOException {
        for (int i = 0; i < 8; i++) {
            byte[] answer = ask(Query.of(77, "example.org", Question.A, 1400));
            assertThat(Query.records(answer)).containsExactly("192.0.2.80");
            assertThat(Wire.u16(answer, 0)).isEqualTo(77);
        }
        assertThat(new HashSet<>(
                        upstream.heard.stream().map(q -> Wire.u16(q, 0)).toList()))
                .hasSizeGreaterThan(6);
        assertThat(new HashSet<>(upstream.sourcePorts)).hasSizeGreaterThan(4);
        assertThat(Wire.u16(upstream.heard.getFirst(), upstream.heard.getFirst().length - 8))
                .as("the client's OPT record went along")
                .isEqualTo(1400);
    }

    @Test
    void answersToOtherQuestionsAreNotHeard() throws IOException {
        behaviour = q -> {
            byte[] otherId = Answers.address(q, "203.0.113.1");
            otherId[0] ^= 1;
            byte[] otherName = Answers.address(q, "203.0.113.2");
            otherName[14] ^= 1;
            byte[] question = q.clone();
            return List.of(otherId, otherName, question, new byte[3], Answers.address(q, "192.0.2.80"));
        };
        assertThat(Query.records(ask(Query.of(1, "example.org", Question.A)))).containsExactly("192.0.2.80");
    }

    @Test
    void onlyTheServerThatWasAskedIsHeard() throws Exception {
        behaviour = q -> {
            int ours = upstream.sourcePorts.getLast();
            try (DatagramSocket other = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.3"))) {
                byte[] lie = Answers.address(q, "203.0.113.9");
                other.send(new DatagramPacket(lie, lie.length, InetAddress.ofLiteral("127.0.0.1"), ours));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return List.of(Answers.address(q, "192.0.2.80"));
        };
        assertThat(Query.records(ask(Query.of(1, "example.org", Question.A)))).containsExactly("192.0.2.80");
    }

    @Test
    void aSilentServerIsFollowedByTheNext() throws IOException {
        try (var second =
                new FakeUpstream("127.0.0.3", upstream.port(), q -> List.of(Answers.address(q, "192.0.2.3")), q -> q)) {
            behaviour = q -> List.of();
            openAgain(Duration.ofSeconds(2), LONG); // the second one has as long
            served.close();
            serve(new NameView(NAMES, Map.of(), List.of(Ip.parse("127.0.0.2"), Ip.parse("127.0.0.3"))));
            assertThat(Query.records(ask(Query.of(1, "example.org", Question.A))))
                    .containsExactly("192.0.2.3");
            behaviour = q -> List.of(Answers.code(q, Wire.REFUSED));
            assertThat(Query.records(ask(Query.of(1, "example.org", Question.A))))
                    .containsExactly("192.0.2.3");
            assertThat(second.heard).hasSize(2);
        }
    }

    @Test
    void whenNobodyAnswersThatIsTheAnswer() throws IOException {
        openAgain(SHORT, LONG);
        behaviour = q -> List.of();
        byte[] answer = ask(Query.of(3, "example.org", Question.A));
        assertThat(Query.code(answer)).isEqualTo(Wire.SERVFAIL);
        assertThat(Wire.u16(answer, 0)).isEqualTo(3);
        openAgain(LONG, LONG);
        behaviour = q -> List.of(Answers.code(q, Wire.NXDOMAIN));
        assertThat(Query.code(ask(Query.of(3, "nowhere.example", Question.A)))).isEqualTo(Wire.NXDOMAIN);
    }

    @Test
    void aCutAnswerIsFetchedWholeAndCutAgainForWhoTakesLess() throws IOException {
        behaviour = q -> {
            byte[] cut = Answers.code(q, Wire.NOERROR);
            cut[2] |= 2;
            return List.of(cut);
        };
        assertThat(Query.records(ask(Query.of(1, "example.org", Question.A)))).containsExactly("192.0.2.81");
        stream = q -> Answers.addresses(q, 60);
        byte[] plain = ask(Query.of(1, "example.org", Question.A));
        assertThat(Wire.u16(plain, 2) & Wire.TC).isNotZero();
        assertThat(plain.length).isLessThanOrEqualTo(512);
        assertThat(Query.records(ask(Query.of(1, "example.org", Question.A, 4000))))
                .hasSize(60);
        assertThat(Query.records(askStream(Query.of(1, "example.org", Question.A))))
                .hasSize(60);
    }

    @Test
    void anInternalNetworkAsksNobody() throws IOException {
        served.close();
        serve(new NameView(NAMES, Map.of(), List.of()));
        assertThat(Query.code(ask(Query.of(1, "example.org", Question.A)))).isEqualTo(Wire.NXDOMAIN);
        assertThat(Query.code(askStream(Query.of(1, "example.org", Question.A))))
                .isEqualTo(Wire.NXDOMAIN);
        assertThat(upstream.heard).isEmpty();
    }

    @Test
    void aFloodOfNonsenseLeavesTheServerAsItWas() throws IOException {
        Random random = new Random(42);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            for (int i = 0; i < 20_000; i++) {
                byte[] bytes = new byte[random.nextInt(600)];
                random.nextBytes(bytes);
                socket.send(new DatagramPacket(bytes, bytes.length));
            }
        }
        for (int i = 0; i < 20; i++) {
            try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
                byte[] bytes = new byte[random.nextInt(100)];
                random.nextBytes(bytes);
                socket.getOutputStream().write(bytes);
            }
        }
        assertThat(Query.records(askAgainAndAgain(Query.of(5, "web", Question.A))))
                .containsExactly("10.1.0.2");
    }

    /// As resolvers do: the kernel throws datagrams away while the flood is still being read.
    private byte[] askAgainAndAgain(byte[] query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(1000);
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
            DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
            for (long end = System.nanoTime() + LONG.toNanos(); ; ) {
                socket.send(new DatagramPacket(query, query.length));
                try {
                    socket.receive(packet);
                    return Arrays.copyOf(packet.getData(), packet.getLength());
                } catch (SocketTimeoutException lost) {
                    assertThat(System.nanoTime()).as("no answer").isLessThan(end);
                }
            }
        }
    }

    @Test
    void connectionsThatSayNothingKeepNobodyWaitingAndAreEnded() throws IOException {
        openAgain(LONG, SHORT);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                silent.add(new Socket(InetAddress.ofLiteral("127.0.0.1"), port));
            }
            assertThat(Query.records(ask(Query.of(5, "web", Question.A)))).containsExactly("10.1.0.2");
            for (Socket s : silent) {
                s.setSoTimeout(30_000);
                assertThat(s.getInputStream().read()).isEqualTo(-1);
            }
        } finally {
            for (Socket s : silent) {
                s.close();
            }
        }
    }

    @Test
    void aServerForTwoContainersGivesEachItsView() throws IOException {
        int first = port;
        serve(new NameView(Map.of("web", List.of(Ip.parse("10.9.0.9"))), Map.of(), List.of()));
        assertThat(Query.records(ask(Query.of(1, "web", Question.A)))).containsExactly("10.9.0.9");
        port = first;
        assertThat(Query.records(ask(Query.of(1, "web", Question.A)))).containsExactly("10.1.0.2");
    }

    @Test
    void aContainerThatIsGoneIsNotServed() {
        served.close();
        served.close();
        assertThatThrownBy(() -> {
                    try (DatagramSocket socket = new DatagramSocket()) {
                        socket.setSoTimeout(300);
                        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
                        byte[] query = Query.of(1, "web", Question.A);
                        socket.send(new DatagramPacket(query, query.length));
                        socket.receive(new DatagramPacket(new byte[512], 512));
                    }
                })
                .isInstanceOfAny(SocketTimeoutException.class, java.net.PortUnreachableException.class);
    }

    @Test
    void digIsContent() {
        Assumptions.assumeTrue(Tool.isThere("dig"), "needs dig (Debian: bind9-dnsutils)");
        for (List<String> how : List.of(List.of("+notcp"), List.of("+tcp"), List.of("+noedns"), List.of("+cookie"))) {
            List<String> command = new java.util.ArrayList<>(
                    List.of("dig", "@127.0.0.1", "-p", String.valueOf(port), "+norec", "+tries=1", "+time=3"));
            command.addAll(how);
            assertThat(dig(command, "web", "A")).contains("status: NOERROR").contains("10.1.0.2");
            assertThat(dig(command, "web", "AAAA")).contains("fd00:1::2");
            assertThat(dig(command, "-x", "10.1.0.2")).contains("web.front.");
            assertThat(dig(command, "example.org", "A")).contains("192.0.2.8");
            assertThat(dig(command, "many", "A")).contains("ANSWER: 199").doesNotContainIgnoringCase("malformed");
        }
    }

    private static String dig(List<String> command, String... question) {
        List<String> all = new java.util.ArrayList<>(command);
        all.addAll(List.of(question));
        return Tool.run("", all).output();
    }
}
