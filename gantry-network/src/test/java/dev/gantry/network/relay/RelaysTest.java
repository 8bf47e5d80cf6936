package dev.gantry.network.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.network.address.Ip;
import dev.gantry.network.firewall.Relay;
import dev.gantry.network.port.Protocol;
import dev.gantry.network.testing.Tool;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// From `::1` to servers on 127.0.0.1, which stand for containers.
class RelaysTest {
    private static final InetAddress FOUR = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress SIX = InetAddress.ofLiteral("::1");

    private final List<Fd> held = new ArrayList<>();
    private Relays relays;

    @BeforeEach
    void start() {
        try (var probe = new ServerSocket(0, 1, SIX)) {
            assertThat(probe.isBound()).isTrue();
        } catch (IOException e) {
            Assumptions.abort("needs ::1: " + e.getMessage());
        }
        relays = Relays.start();
    }

    @AfterEach
    void stop() {
        if (relays != null) {
            relays.close();
            held.forEach(Fd::close);
        }
    }

    /// The port of the host at which `containerPort` is reached.
    private int carry(Protocol protocol, int containerPort) {
        Fd socket = HostSocket.open(Linux.host(), protocol, Ip.LOOPBACK_V6, 0);
        held.add(socket);
        byte[] name = Linux.host().sockets().name(socket);
        int port = (name[2] & 0xff) << 8 | name[3] & 0xff;
        relays.open(new Relay(protocol, Ip.LOOPBACK_V6, port, Ip.of(FOUR), containerPort), socket);
        return port;
    }

    private static Thread serve(ServerSocket server, Server each) {
        return Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    Socket client = server.accept();
                    Thread.startVirtualThread(() -> {
                        try (client) {
                            each.serve(client);
                        } catch (IOException e) {
                            // the test ends it
                        }
                    });
                }
            } catch (IOException closed) {
                // the test is over
            }
        });
    }

    private interface Server {
        void serve(Socket client) throws IOException;
    }

    /// A client of ours; no wait of a test is for ever.
    private static Socket client(int port) throws IOException {
        Socket socket = new Socket(SIX, port);
        socket.setSoTimeout(30_000);
        return socket;
    }

    @Test
    void bytesAndEndsGoBothWays() throws IOException {
        try (var server = new ServerSocket(0, 50, FOUR)) {
            // It answers only when the client has ended its direction.
            serve(server, c -> c.getOutputStream().write(c.getInputStream().readAllBytes()));
            int port = carry(Protocol.TCP, server.getLocalPort());
            for (int size : new int[] {0, 1, 70_000, 5_000_000}) {
                byte[] bytes = new byte[size];
                new Random(size).nextBytes(bytes);
                try (Socket socket = client(port)) {
                    Thread writer = Thread.startVirtualThread(() -> {
                        try {
                            new ByteArrayInputStream(bytes).transferTo(socket.getOutputStream());
                            socket.shutdownOutput();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
                    assertThat(socket.getInputStream().readAllBytes()).isEqualTo(bytes);
                    writer.join();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    @Test
    void aClientThatDoesNotReadHoldsUpNobodyElse() throws IOException {
        try (var server = new ServerSocket(0, 50, FOUR)) {
            byte[] much = new byte[1 << 20];
            serve(server, c -> {
                for (int i = 0; i < 64; i++) {
                    c.getOutputStream().write(much);
                }
            });
            int port = carry(Protocol.TCP, server.getLocalPort());
            try (Socket slow = client(port);
                    Socket quick = client(port)) {
                assertThat(slow.getInputStream().read()).isZero();
                assertThat(quick.getInputStream().readAllBytes()).hasSize(64 << 20);
                assertThat(slow.getInputStream().readAllBytes()).hasSize((64 << 20) - 1);
            }
        }
    }

    /// However many reads came before the end of a direction.
    @Test
    void everyEndIsTold() throws IOException {
        try (var server = new ServerSocket(0, 50, FOUR)) {
            byte[] much = new byte[1 << 20];
            serve(server, c -> c.getOutputStream().write(much));
            int port = carry(Protocol.TCP, server.getLocalPort());
            for (int i = 0; i < 300; i++) {
                try (Socket socket = client(port)) {
                    assertThat(socket.getInputStream().readAllBytes()).hasSize(much.length);
                }
            }
        }
    }

    /// Both directions of the server are over while its last bytes wait for room at the client.
    @Test
    void whatCameBeforeTheLastEndIsDeliveredToASlowClient() throws Exception {
        try (var server = new ServerSocket(0, 50, FOUR)) {
            var ended = new Semaphore(0);
            var size = new AtomicInteger();
            serve(server, c -> {
                c.getInputStream().readAllBytes();
                c.getOutputStream().write(new byte[size.get()]);
                c.close();
                ended.release();
            });
            int port = carry(Protocol.TCP, server.getLocalPort());
            for (int more = 0; more < 3_000_000; more += 100_000) {
                size.set(4_000_000 + more);
                try (Socket socket = client(port)) {
                    socket.shutdownOutput();
                    ended.acquire();
                    assertThat(socket.getInputStream().readAllBytes()).hasSize(size.get());
                }
            }
        }
    }

    @Test
    void aClientThatEndsBeforeTheServerIsReachedGetsItsAnswer() throws Exception {
        try (var server = new ServerSocket(0, 1, FOUR)) {
            int port = carry(Protocol.TCP, server.getLocalPort());
            List<Socket> full = new ArrayList<>();
            // The kernel lets one more wait than asked for; the next one is not answered.
            for (int i = 0; i < 2; i++) {
                full.add(new Socket(FOUR, server.getLocalPort()));
            }
            try (Socket socket = client(port)) {
                socket.shutdownOutput();
                serve(server, c -> {
                    c.getInputStream().readAllBytes();
                    c.getOutputStream().write(7);
                });
                for (Socket each : full) {
                    each.close();
                }
                assertThat(socket.getInputStream().readAllBytes()).containsExactly(7);
            }
        }
    }

    @Test
    void whereNobodyListensTheClientIsToldByTheEnd() throws IOException {
        int free;
        try (var server = new ServerSocket(0, 50, FOUR)) {
            free = server.getLocalPort();
        }
        try (Socket socket = client(carry(Protocol.TCP, free))) {
            assertThat(ends(socket)).isTrue();
        }
    }

    @Test
    void oneClientLeavesRoomForOthersAndOneThatIsGoneIsNoticed() throws Exception {
        try (var server = new ServerSocket(0, 50, FOUR)) {
            serve(server, c -> c.getInputStream().transferTo(c.getOutputStream()));
            int port = carry(Protocol.TCP, server.getLocalPort());
            List<Socket> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 512; i++) {
                    Socket client = client(port);
                    clients.add(client);
                    client.getOutputStream().write(7);
                    assertThat(client.getInputStream().read()).isEqualTo(7);
                }
                try (Socket more = client(port)) {
                    assertThat(ends(more)).isTrue();
                }
                Tool.Result both = Tool.run("", List.of("ss", "-Htno", "sport", "=", String.valueOf(port)));
                assertThat(both.output()).contains("timer:(keepalive,");
            } finally {
                for (Socket client : clients) {
                    client.close();
                }
            }
        }
    }

    private static boolean ends(Socket socket) {
        try {
            return socket.getInputStream().read() == -1;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void whatCameOverAPortEndsWithIt() throws IOException {
        try (var server = new ServerSocket(0, 50, FOUR)) {
            serve(server, c -> c.getInputStream().transferTo(c.getOutputStream()));
            int port = carry(Protocol.TCP, server.getLocalPort());
            try (Socket socket = client(port)) {
                socket.getOutputStream().write(7);
                assertThat(socket.getInputStream().read()).isEqualTo(7);
                relays.close(held.getFirst());
                assertThat(ends(socket)).isTrue();
            }
        }
    }

    @Test
    void datagramsFindTheirWayBackToEachClient() throws IOException {
        try (var server = new DatagramSocket(new InetSocketAddress(FOUR, 0))) {
            Thread.startVirtualThread(() -> {
                try {
                    while (true) {
                        var packet = new DatagramPacket(new byte[65_535], 65_535);
                        server.receive(packet);
                        server.send(packet);
                    }
                } catch (IOException closed) {
                    // the test is over
                }
            });
            int port = carry(Protocol.UDP, server.getLocalPort());
            List<DatagramSocket> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 20; i++) {
                    var client = new DatagramSocket(new InetSocketAddress(SIX, 0));
                    clients.add(client);
                    client.setSoTimeout(30_000);
                    client.connect(SIX, port);
                    client.send(new DatagramPacket(new byte[] {(byte) i, 1, 2}, 3));
                }
                for (int i = 0; i < 20; i++) {
                    var answer = new DatagramPacket(new byte[10], 10);
                    clients.get(i).receive(answer);
                    assertThat(answer.getData()).startsWith((byte) i, (byte) 1, (byte) 2);
                    assertThat(answer.getLength()).isEqualTo(3);
                }
            } finally {
                clients.forEach(DatagramSocket::close);
            }
        }
    }

    @Test
    void aPortOfOneFamilyIsNotHeldForTheOther() throws IOException {
        try (Fd six = HostSocket.open(Linux.host(), Protocol.TCP, Ip.ANY_V6, 0)) {
            byte[] name = Linux.host().sockets().name(six);
            int port = (name[2] & 0xff) << 8 | name[3] & 0xff;
            try (Fd four = HostSocket.open(Linux.host(), Protocol.TCP, Ip.ANY_V4, port)) {
                assertThat(four.number()).isNotNegative();
            }
            assertThatThrownBy(() -> HostSocket.open(Linux.host(), Protocol.TCP, Ip.LOOPBACK_V6, port))
                    .isInstanceOf(LinuxError.class);
        }
    }
}
