package dev.gantry.runtime.watch;

import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The process that forks watches. One per engine; closing it ends the starter and leaves the watches alive.
public final class Starter implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final int OWN_NETWORK = 1;

    /// What the plan will want. A watch that was told wrongly starts it too, only later.
    public enum For {
        ANY_PLAN,
        /// One that makes a network namespace: the watch makes it while the plan is still being compiled.
        OWN_NETWORK
    }

    /// A watch just born. Its socket at `dir/s` may be connected to at once.
    public record Spawned(long pid, long startTime) {}

    private final Process process;
    private final OutputStream requests;
    private final DataInputStream answers;
    /// Guards both pipes: answers come in the order of the requests.
    private final ReentrantLock turn = new ReentrantLock();

    private Starter(Process process) {
        this.process = process;
        this.requests = process.getOutputStream();
        this.answers = new DataInputStream(new BufferedInputStream(process.getInputStream(), 512));
    }

    /// Starts `shim` as a starter which joins the directories `cgroups`, so that watches are born there.
    public static Starter start(Path shim, List<Path> cgroups) {
        List<String> command = new ArrayList<>(List.of(shim.toString(), "starter"));
        for (Path cgroup : cgroups) {
            command.add("--cgroup");
            command.add(cgroup.toString());
        }
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        try {
            var starter = new Starter(builder.start());
            starter.awaitHello();
            return starter;
        } catch (IOException e) {
            throw new Unavailable(
                    "start " + shim, String.valueOf(e.getMessage()), "check that the file is there and executable", e);
        }
    }

    private void awaitHello() throws IOException {
        try {
            Answer hello = read();
            if (hello.type() != Frame.STARTER_HELLO) {
                throw new IOException("it is no starter");
            }
            int version = hello.payload().getShort();
            if (version != Frame.VERSION) {
                throw new IOException("it speaks version " + version + " of the protocol, not " + Frame.VERSION);
            }
        } catch (IOException e) {
            process.destroy();
            throw e;
        }
    }

    /// Forks a watch for the existing directory `dir`, which must be absolute and short enough for a socket's name.
    public Spawned spawn(Path dir, For what) {
        byte[] name = dir.toString().getBytes(StandardCharsets.UTF_8);
        byte[] payload = Payload.of(name.length + 9)
                .put(Payload.string(name))
                .putInt(what == For.OWN_NETWORK ? OWN_NETWORK : 0)
                .array();
        turn.lock();
        try {
            requests.write(FrameChannel.frame(Frame.SPAWN, payload).array());
            requests.flush();
            Answer answer = read();
            return switch (answer.type()) {
                case Frame.SPAWNED ->
                    new Spawned(
                            Integer.toUnsignedLong(answer.payload().getInt()),
                            answer.payload().getLong());
                case Frame.REFUSED -> throw refused(dir, answer.payload());
                default -> throw new IOException("it answered with frame type " + answer.type());
            };
        } catch (IOException e) {
            throw new Unavailable(
                    "start a watch in " + dir, "the starter is gone: " + e.getMessage(), "start it again", e);
        } finally {
            turn.unlock();
        }
    }

    /// Process id of the starter itself.
    public long pid() {
        return process.pid();
    }

    public boolean alive() {
        return process.isAlive();
    }

    private static Internal refused(Path dir, ByteBuffer payload) throws IOException {
        int errno = payload.getInt();
        return new Internal(
                "start a watch in " + dir,
                "cannot " + Payload.string(payload) + " (errno " + errno + ")",
                "check the path, the rights and the space of the run root");
    }

    private record Answer(int type, ByteBuffer payload) {}

    private Answer read() throws IOException {
        byte[] header = new byte[Frame.HEADER];
        answers.readFully(header);
        ByteBuffer head = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        int size = head.getInt();
        int type = head.getShort();
        if (size < 0 || size > Frame.MAX) {
            throw new IOException("malformed frame");
        }
        byte[] payload = new byte[size];
        answers.readFully(payload);
        return new Answer(type, ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN));
    }

    @Override
    public void close() {
        try {
            requests.close();
        } catch (IOException _) {
            // It has ended already: that is what close is for.
        }
        try {
            if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
