package dev.gantry.engine.network.overlay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.linux.netlink.Message;
import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.model.Network;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Hosts of one machine, each with an address of the loopback network: who is let in, and what for.
@Timeout(120)
class PeerDirectoryTest extends OverlayDirectoryContract {
    private static final int PORT = free();

    @TempDir
    static Path dir;

    private static Certificates ours;
    private static Certificates others;

    private static int free() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    static void certificates() throws IOException {
        ours = new Certificates(dir.resolve("ours"));
        others = new Certificates(dir.resolve("others"));
    }

    @Override
    OverlayDirectory make(Ip self) throws IOException {
        return PeerDirectory.open(options(self, ours.of(self.toString()), Duration.ofMinutes(5)));
    }

    private static OverlayOptions options(Ip self, OverlayOptions.Files files, Duration grace) {
        Ip other = self.equals(A) ? B : A;
        return new OverlayOptions(
                new OverlayOptions.Place(self, PORT),
                List.of(new OverlayOptions.Place(other, PORT)),
                files,
                OverlayOptions.DATA_PORT,
                grace);
    }

    /// A connection to A from an address, with a certificate for one.
    private static PeerSocket dial(String from, OverlayOptions.Files files, Ip named) throws IOException {
        PeerTls tls = PeerTls.open(options(named, files, OverlayOptions.GRACE));
        var plain = new Socket();
        plain.bind(new InetSocketAddress(from, 0));
        plain.setSoTimeout(60_000);
        plain.connect(new InetSocketAddress(A.toInetAddress(), PORT));
        return tls.over(plain, A, true);
    }

    private static void say(PeerSocket connection, PeerMessage... messages) throws IOException {
        for (PeerMessage m : messages) {
            connection.send(m);
        }
        connection.flush();
    }

    private static PeerSocket asB() throws IOException {
        PeerSocket connection = dial(B.toString(), ours.of(B.toString()), B);
        say(connection, PeerMessage.hello(PeerListener.PROTOCOL, B));
        connection.receive();
        return connection;
    }

    @Test
    void whoShowsNoCertificateOfThisAuthorityIsNotHeard() throws Exception {
        OverlayDirectory a = open(A);
        assertThatThrownBy(() -> {
                    try (PeerSocket c = dial(B.toString(), others.of(B.toString()), B)) {
                        say(c, PeerMessage.hello(PeerListener.PROTOCOL, B));
                        c.receive();
                    }
                })
                .isInstanceOf(IOException.class);
        assertThat(a.others()).isEmpty();
        // The same words with the right one are heard.
        try (PeerSocket c = asB()) {
            say(c, PeerMessage.mark(PeerMessage.BEGIN), PeerMessage.mark(PeerMessage.END));
            c.awaitAcknowledge();
            assertThat(a.others()).containsOnlyKeys(B);
        }
    }

    /// What a host would have its kernel open and close packets with.
    private static Set<String> associations(EncryptionPlan plan, Ip of) {
        return plan.after(EncryptionPlan.of(of, 4790)).stream()
                .map(Message::what)
                .filter(w -> w.contains("association"))
                .collect(Collectors.toSet());
    }

    @Test
    void bothHostsComeToTheSameKeysAndAfterAWhileToOthers() throws Exception {
        var plans = new ConcurrentHashMap<Ip, EncryptionPlan>();
        var seen = ConcurrentHashMap.<String>newKeySet();
        Duration life = Duration.ofMillis(100);
        try (PeerDirectory a = PeerDirectory.open(
                        options(A, ours.of(A.toString()), OverlayOptions.GRACE), life, PeerListener.PATIENCE);
                PeerDirectory b = PeerDirectory.open(
                        options(B, ours.of(B.toString()), OverlayOptions.GRACE), life, PeerListener.PATIENCE)) {
            a.onKeys(p -> {
                // Whoever sends with a key, the other has heard of it before.
                associations(p, A).stream()
                        .filter(w -> w.contains("from " + A))
                        .filter(w -> !associations(plans.getOrDefault(B, p), B).contains(w))
                        .forEach(w -> seen.add("unheard: " + w));
                plans.put(A, p);
                seen.addAll(associations(p, A));
            });
            b.onKeys(p -> plans.put(B, p));
            a.publish(HostState.EMPTY);
            b.publish(HostState.EMPTY);
            until("each uses a third key", () -> seen.size() >= 6);
            assertThat(seen).noneMatch(w -> w.startsWith("unheard"));
            assertThat(associations(plans.get(A), A)).hasSizeLessThanOrEqualTo(5);
        }
    }

    @Test
    void noHostHearsThatItMayUseAKeyBeforeTheKernelHasIt() throws Exception {
        OverlayDirectory a = open(A);
        var refusals = new AtomicInteger();
        a.onKeys(plan -> {
            if (!associations(plan, A).isEmpty() && refusals.incrementAndGet() < 3) {
                throw new Unavailable("encrypt", "no memory", "try again");
            }
        });
        try (PeerSocket c = asB()) {
            say(c, PeerMessage.mark(PeerMessage.BEGIN), PeerMessage.mark(PeerMessage.END));
            c.awaitAcknowledge();
            assertThat(refusals).hasValue(3);
            assertThat(a.others()).containsOnlyKeys(B);
        }
    }

    @Test
    void aHostCannotSpeakForAnother() throws Exception {
        OverlayDirectory a = open(A);
        Ip c = Ip.parse("127.0.0.4");
        // With its own certificate from the address of B.
        assertThatThrownBy(() -> {
                    try (PeerSocket s = dial(B.toString(), ours.of(c.toString()), c)) {
                        say(s, PeerMessage.hello(PeerListener.PROTOCOL, B));
                        s.receive();
                    }
                })
                .isInstanceOf(IOException.class);
        // From an address that nobody named.
        assertThatThrownBy(() -> dial(c.toString(), ours.of(c.toString()), c)).isInstanceOf(IOException.class);
        assertThat(a.others()).isEmpty();
    }

    @Test
    void theNewestConnectionSpeaks() throws Exception {
        OverlayDirectory a = open(A);
        Network n = network("wide", B);
        try (PeerSocket old = asB();
                PeerSocket now = asB()) {
            say(now, PeerMessage.mark(PeerMessage.BEGIN), PeerMessage.mark(PeerMessage.END));
            now.awaitAcknowledge();
            assertThatThrownBy(() -> {
                        say(
                                old,
                                PeerMessage.mark(PeerMessage.BEGIN),
                                PeerMessage.put(n),
                                PeerMessage.mark(PeerMessage.END));
                        old.awaitAcknowledge();
                    })
                    .isInstanceOf(IOException.class);
            assertThat(a.others().get(B)).isEqualTo(HostState.EMPTY);
        }
    }

    @Test
    void whoSaysTooMuchOrNonsenseIsCutOff() throws Exception {
        OverlayDirectory a = open(A);
        Network n = network("wide", B);
        try (PeerSocket c = asB()) {
            say(c, PeerMessage.put(n), PeerMessage.mark(PeerMessage.END));
            c.awaitAcknowledge();
        }
        assertCutOff(c -> c.send("x".repeat(PeerSocket.MOST + 1)));
        assertCutOff(c -> c.send("{"));
        assertCutOff(c -> c.send("{\"Type\":\"put\",\"Key\":\"k\",\"Network\":{\"Id\":\"short\"}}"));
        assertCutOff(c -> c.send("{\"Type\":\"put\",\"Key\":\"k\"}"));
        assertCutOff(c -> c.send("{\"Type\":\"dance\"}"));
        assertCutOff(c -> c.send("[]"));
        assertCutOff(c -> {
            for (int i = 0; i <= PeerView.MOST_ITEMS; i++) {
                c.send("{\"Type\":\"put\",\"Key\":\"" + i + "\",\"Wish\":{\"Network\":\"" + n.id().hex()
                        + "\",\"Family\":\"IPV4\",\"Blocks\":1}}");
            }
        });
        // What it said before counts, and half of a batch does not.
        assertThat(a.others().get(B).networks()).containsExactly(n);
        assertThat(a.others().get(B).wishes()).isEmpty();
    }

    @FunctionalInterface
    private interface Talk {
        void with(PeerSocket connection) throws IOException;
    }

    private static void assertCutOff(Talk talk) throws IOException {
        try (PeerSocket c = asB()) {
            assertThatThrownBy(() -> {
                        talk.with(c);
                        say(c, PeerMessage.mark(PeerMessage.END));
                        c.awaitAcknowledge();
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whoIsSilentIsForgottenAfterTheGraceTimeAndWelcomeAgain() throws Exception {
        var grace = Duration.ofSeconds(1);
        try (PeerDirectory a = PeerDirectory.open(options(A, ours.of(A.toString()), grace))) {
            assertThat(a.unheard()).containsExactly(B);
            Network n = network("wide", B);
            PeerSocket c = asB();
            say(c, PeerMessage.put(n), PeerMessage.mark(PeerMessage.END));
            c.awaitAcknowledge();
            assertThat(a.unheard()).isEmpty();
            var told = new AtomicInteger();
            a.onChange(told::incrementAndGet);
            c.close();
            until("it is forgotten, and that is told", () -> a.others().isEmpty() && told.get() > 0);
            // It is nothing new to the host itself, but it is here.
            try (PeerSocket again = asB()) {
                say(again, PeerMessage.mark(PeerMessage.BEGIN), PeerMessage.put(n), PeerMessage.mark(PeerMessage.END));
                again.awaitAcknowledge();
                assertThat(a.others().get(B).networks()).containsExactly(n);
            }
        }
    }

    @Test
    void whatCannotWorkIsRefusedAtTheStart() throws Exception {
        assertThatThrownBy(() -> PeerDirectory.open(options(A, ours.of(B.toString()), OverlayOptions.GRACE)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("does not name this address");
        var nowhere = new OverlayOptions.Files(dir.resolve("x"), dir.resolve("y"), dir.resolve("z"));
        assertThatThrownBy(() -> PeerDirectory.open(options(A, nowhere, OverlayOptions.GRACE)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("--overlay-tls-");
        open(A);
        assertThatThrownBy(() -> open(A)).isInstanceOf(Unavailable.class).hasMessageContaining("cannot listen");
    }

    @Test
    void connectionsThatDoNotSayWhoTheyAreAreFewAndNotForEver() throws Exception {
        var patience = Duration.ofSeconds(2);
        try (OverlayDirectory a = PeerDirectory.open(
                options(A, ours.of(A.toString()), OverlayOptions.GRACE), Duration.ofDays(1), patience)) {
            areFewAndNotForEver(a);
        }
    }

    private static void areFewAndNotForEver(OverlayDirectory a) throws Exception {
        List<Socket> mute = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                var one = new Socket();
                mute.add(one);
                one.bind(new InetSocketAddress(B.toInetAddress(), 0));
                one.connect(new InetSocketAddress(A.toInetAddress(), PORT));
                one.setSoTimeout(60_000);
            }
            // All but four were closed at once.
            for (Socket refused : mute.subList(4, mute.size())) {
                assertThat(ends(refused)).isTrue();
            }
            // Byte by byte, none is waited for too long: a record of a handshake that never ends.
            Socket slow = mute.getFirst();
            slow.setSoTimeout(1);
            byte[][] next = {{22, 3, 3, 0x40, 0}};
            until("it is closed", () -> {
                try {
                    slow.getOutputStream().write(next[0]);
                    next[0] = new byte[] {1};
                    return ends(slow);
                } catch (IOException e) {
                    return true;
                }
            });
        } finally {
            for (Socket s : mute) {
                s.close();
            }
        }
        until("there is room again", () -> {
            try (PeerSocket c = asB()) {
                say(c, PeerMessage.mark(PeerMessage.END));
                c.awaitAcknowledge();
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        assertThat(a.others()).containsOnlyKeys(B);
    }

    private static boolean ends(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    @Test
    void aConnectionThatSaysNothingKeepsNobodyOut() throws Exception {
        OverlayDirectory a = open(A);
        try (var mute = new Socket()) {
            mute.bind(new InetSocketAddress(B.toInetAddress(), 0));
            mute.connect(new InetSocketAddress(A.toInetAddress(), PORT));
            new DataOutputStream(mute.getOutputStream()).writeByte(22);
            try (PeerSocket c = asB()) {
                say(c, PeerMessage.mark(PeerMessage.END));
                c.awaitAcknowledge();
            }
            assertThat(a.others()).containsOnlyKeys(B);
        }
    }
}
