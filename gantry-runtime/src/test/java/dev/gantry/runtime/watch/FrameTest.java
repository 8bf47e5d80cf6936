package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.BUSYBOX;
import static dev.gantry.runtime.watch.Shim.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Malformed frames end their own connection and nothing else: `docs/shim-protocol.md` §Frames.
class FrameTest {
    @TempDir
    Path temp;

    private Watched watched;
    private Watch watch;

    @BeforeEach
    void runAContainer() throws IOException {
        watched = Watched.in(temp);
        var log = Shim.jsonLog(temp.resolve("log"));
        watch = watched.run(plan(List.of(log, new Step.Stdin(Step.Stdin.OPEN)), BUSYBOX, "cat"));
    }

    /// Whatever a test sent to the watch: the container is there, is told to end, and its end is told.
    @AfterEach
    void theWatchIsUnharmed() throws Exception {
        try (Watched all = watched) {
            watch.logPosition();
            watch.signal(15);
            assertThat(all.end(watch).signal()).isEqualTo(15);
        }
    }

    private static ByteBuffer frame(int type, int size, byte[] payload) {
        return Payload.of(Frame.HEADER + payload.length)
                .putInt(size)
                .putShort((short) type)
                .putShort((short) 0)
                .put(payload)
                .flip();
    }

    private static ByteBuffer frame(int type, byte... payload) {
        return frame(type, payload.length, payload);
    }

    private static ByteBuffer hello() {
        return frame(Frame.HELLO, (byte) 1, (byte) 0);
    }

    /// True when the watch ends the connection because of these frames, false when it goes on listening.
    private boolean ends(ByteBuffer... frames) throws IOException {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(watched.dir.resolve("s")));
            try {
                for (ByteBuffer frame : frames) {
                    socket.write(frame);
                }
                // A request that is always answered, by whoever still listens.
                socket.write(frame(Frame.LOGPOS));
                ByteBuffer in = Payload.of(1 << 16);
                while (socket.read(in) >= 0) {
                    if (hasAnswer(in.duplicate().order(in.order()).flip())) {
                        return false;
                    }
                }
                return true;
            } catch (IOException _) {
                return true;
            }
        }
    }

    private static boolean hasAnswer(ByteBuffer in) {
        while (in.remaining() >= Frame.HEADER && in.remaining() >= Frame.HEADER + in.getInt(in.position())) {
            int size = in.getInt();
            int type = in.getShort();
            in.position(in.position() + 2 + size);
            if (type == Frame.POS) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aWellFormedConnectionGoesOn() throws IOException {
        assertThat(ends(hello())).isFalse();
        assertThat(ends(hello(), frame(Frame.SUBSCRIBE))).isFalse();
        assertThat(ends(hello(), frame(Frame.DETACH))).isFalse();
    }

    @Test
    void framesBeforeOrAfterTheirTimeEndTheConnection() throws IOException {
        assertThat(ends(frame(Frame.SUBSCRIBE))).as("no greeting").isTrue();
        assertThat(ends(hello(), hello())).as("two greetings").isTrue();
        assertThat(ends(frame(Frame.HELLO, (byte) 0, (byte) 0))).as("version 0").isTrue();
    }

    @Test
    void framesThatAreTooLongTooShortOrUnknownEndTheConnection() throws IOException {
        byte[] none = {};
        assertThat(ends(hello(), frame(99))).isTrue();
        assertThat(ends(hello(), frame(Frame.OK))).as("an answer as a request").isTrue();
        assertThat(ends(hello(), frame(Frame.STDIN, Frame.MAX + 1, none))).isTrue();
        assertThat(ends(hello(), frame(Frame.LAUNCH, Frame.MAX_LAUNCH + 1, none)))
                .isTrue();
        assertThat(ends(hello(), frame(Frame.SUBSCRIBE, -1, none))).isTrue();
        assertThat(ends(hello(), frame(Frame.SIGNAL, (byte) 1))).isTrue();
        assertThat(ends(hello(), frame(Frame.RESIZE, new byte[5]))).isTrue();
        assertThat(ends(hello(), frame(Frame.ATTACH, new byte[23]))).isTrue();
        assertThat(ends(hello(), frame(Frame.FOLLOW, new byte[17]))).isTrue();
    }

    @Test
    void aReservedFieldThatIsSetEndsTheConnection() throws IOException {
        ByteBuffer frame = frame(Frame.SUBSCRIBE);
        frame.putShort(6, (short) 1);
        assertThat(ends(hello(), frame)).isTrue();
    }

    @Test
    void inputBeyondTheCreditEndsTheConnection() throws IOException {
        assertThat(ends(hello(), frame(Frame.STDIN, new byte[1])))
                .as("not attached")
                .isTrue();
        byte[] attach = Payload.of(24).putInt(1).array();
        assertThat(ends(hello(), frame(Frame.ATTACH, attach), frame(Frame.STDIN, new byte[(256 << 10) + 1])))
                .isTrue();
    }

    @Test
    void aTornFrameHarmsNobody() throws IOException {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(watched.dir.resolve("s")));
            socket.write(hello());
            socket.write(frame(Frame.LAUNCH, Frame.MAX_LAUNCH, new byte[100_000]));
        }
    }

    @Test
    void manySmallWritesMakeTheSameFrames() throws IOException {
        try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.connect(UnixDomainSocketAddress.of(watched.dir.resolve("s")));
            ByteBuffer all =
                    Payload.of(64).put(hello()).put(frame(Frame.LOGPOS)).flip();
            while (all.hasRemaining()) {
                socket.write(all.slice(all.position(), 1));
                all.position(all.position() + 1);
            }
            ByteBuffer in = Payload.of(4096);
            while (!hasAnswer(in.duplicate().order(in.order()).flip())) {
                assertThat(socket.read(in)).isPositive();
            }
        }
    }

    @Test
    void randomBytesHarmNobody() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            try (SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                socket.connect(UnixDomainSocketAddress.of(watched.dir.resolve("s")));
                if (round % 3 != 0) {
                    socket.write(hello());
                }
                for (int i = 0; i < 1 + random.nextInt(6); i++) {
                    socket.write(nonsense(random));
                }
            } catch (IOException _) {
                // The watch has had enough of it.
            }
        }
        assertThat(watched.alive()).as("seed " + seed).isTrue();
    }

    /// Frames of a known type with a wrong payload, or no frames at all. No SIGNAL, which might be a right one.
    private static ByteBuffer nonsense(Random random) {
        byte[] payload = new byte[random.nextInt(64)];
        random.nextBytes(payload);
        if (random.nextInt(4) == 0) {
            return ByteBuffer.wrap(payload);
        }
        int type = random.nextInt(25);
        return type == Frame.SIGNAL ? frame(0) : frame(type, payload);
    }

    @Test
    void aStarterEndsAtAMalformedFrameAndItsWatchesLive() throws Exception {
        Process starter = new ProcessBuilder(Shim.path().toString(), "starter")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Path dir = Files.createDirectory(temp.resolve("w2"));
        try (var requests = starter.getOutputStream()) {
            byte[] name = Payload.string(dir.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
            byte[] flags = new byte[4];
            byte[] spawn =
                    ByteBuffer.allocate(name.length + 4).put(name).put(flags).array();
            requests.write(frame(Frame.SPAWN, spawn).array());
            requests.write(frame(Frame.SPAWN, 1 << 30, new byte[0]).array());
            requests.flush();
            assertThat(starter.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(starter.exitValue()).isEqualTo(1);
        }
        try (var other = Watch.connect(dir)) {
            other.launch(plan(List.of(), BUSYBOX, "true"));
            assertThat(Shim.within(other.exited()).code()).isZero();
        }
    }
}
