package dev.gantry.runtime.watch;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// A connection to the watch of one container: starts it, signals it, and learns of its end.
///
/// ```java
/// try (var watch = Watch.connect(dir)) {
///     switch (watch.launch(plan)) {
///         case LaunchOutcome.Started started -> watch.exited().join();
///         case LaunchOutcome.Failed failed -> report(failed);
///     }
/// }
/// ```
///
/// Closing leaves the container alone. Attachments and followers are connections of their own.
public final class Watch implements AutoCloseable {
    /// What the watch says of itself when one connects. `initPid` is 0 before the start; `paused`: see [#pause].
    public record Greeting(int version, long watchPid, long initPid, long initStartTime, State state, boolean paused) {}

    public enum State {
        WAITING,
        RUNNING,
        ENDED
    }

    /// A launch mounts file systems, which may be slow ones; everything else is answered at once.
    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Path dir;
    private final FrameChannel channel;
    private final Greeting greeting;
    private final CompletableFuture<Exited> exited = new CompletableFuture<>();
    private final CompletableFuture<Reply> offered = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    /// Guards the two fields below, and that requests are sent in the order in which they wait.
    private final ReentrantLock lock = new ReentrantLock();

    private final Deque<CompletableFuture<Reply>> waiting = new ArrayDeque<>();
    private boolean reading;

    private Watch(Path dir, FrameChannel channel, Greeting greeting) {
        this.dir = dir;
        this.channel = channel;
        this.greeting = greeting;
    }

    /// Connects to the watch of `dir`. [Unavailable] when none listens there: it has ended, and left an exit record.
    public static Watch connect(Path dir) {
        try {
            FrameChannel channel = FrameChannel.connect(dir.resolve("s"));
            try {
                return new Watch(dir, channel, greet(channel));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw gone("connect to the watch of " + dir, e);
        }
    }

    static Greeting greet(FrameChannel channel) throws IOException {
        channel.send(hello());
        ByteBuffer in = channel.next();
        if (channel.type() != Frame.HELLO || in.remaining() < 19) {
            throw new IOException("it is no watch");
        }
        return new Greeting(
                in.getShort(),
                Integer.toUnsignedLong(in.getInt()),
                Integer.toUnsignedLong(in.getInt()),
                in.getLong(),
                switch (in.get()) {
                    case 0 -> State.WAITING;
                    case 1 -> State.RUNNING;
                    default -> State.ENDED;
                },
                in.hasRemaining() && in.get() == 1);
    }

    private static ByteBuffer hello() {
        return FrameChannel.frame(
                Frame.HELLO, Payload.of(2).putShort((short) Frame.VERSION).array());
    }

    static Unavailable gone(String what, IOException cause) {
        return new Unavailable(
                what, "the watch does not answer (" + cause.getMessage() + ")", "look at its exit record", cause);
    }

    /// What the watch said when this connection was made.
    public Greeting greeting() {
        return greeting;
    }

    /// Has the container made as far as it comes without its streams, so that a [#launch(byte[])] of the same `plan`
    /// only
    /// lets it go on. Nothing when that cannot be; [#undo] or the end of this connection takes it back.
    public void prepare(byte[] plan) {
        if (greeting.version() >= PREPARE_VERSION && plan.length <= Frame.MAX_LAUNCH) {
            send(Frame.PREPARE, plan);
        }
    }

    /// Takes back what was prepared and not launched; afterwards nothing of it is left.
    public void undo() {
        if (greeting.version() >= PREPARE_VERSION) {
            expectOk("undo the preparation of", call(Frame.UNDO, new byte[0]));
        }
    }

    /// Subscribes to the end and obeys `plan`, an encoded launch plan without a handover. May be called once.
    public LaunchOutcome launch(byte[] plan) {
        return launch(plan, _ -> {
            throw new IllegalStateException("the plan hands over a network that nobody is there to connect");
        });
    }

    /// Whoever connects the network of a container between its handover and the start of its program.
    @FunctionalInterface
    public interface Connector {
        /// When it throws, the launch is undone. `door` is closed afterwards.
        void connect(NetworkDoor door);
    }

    /// As [#launch(byte[])]; when the plan hands over its network, `connector` is called in this thread, once,
    /// while the container is being made, and the program starts after it has returned. What it throws is
    /// thrown, unless the container itself failed meanwhile. What it did outside of the container is its
    /// caller's to undo when the outcome is not [LaunchOutcome.Started].
    public LaunchOutcome launch(byte[] plan, Connector connector) {
        if (plan.length > Frame.MAX_LAUNCH) {
            return new LaunchOutcome.Failed(LaunchOutcome.Failed.NO_STEP, E2BIG, "the plan is longer than 16 MiB");
        }
        ByteBuffer subscribe = FrameChannel.frame(Frame.SUBSCRIBE, new byte[0]);
        CompletableFuture<Reply> subscribed = new CompletableFuture<>();
        CompletableFuture<Reply> outcome = new CompletableFuture<>();
        request(subscribed, outcome, subscribe, FrameChannel.frame(Frame.LAUNCH, plan));
        Reply first = await(CompletableFuture.anyOf(offered, outcome).thenApply(Reply.class::cast));
        if (first instanceof Reply.Offered) {
            connect(connector, outcome);
        }
        LaunchOutcome result = launched(outcome);
        expectOk("subscribe", await(subscribed)); // it came first
        return result;
    }

    private LaunchOutcome launched(CompletableFuture<Reply> outcome) {
        return switch (await(outcome)) {
            case Reply.Launched(LaunchOutcome result) -> result;
            case Reply.Error(int errno, String words) -> throw refused("start", errno, words);
            case Reply.Ok _, Reply.At _, Reply.Offered _ -> throw unexpected();
        };
    }

    private void connect(Connector connector, CompletableFuture<Reply> outcome) {
        try (NetworkDoor door = networkDoor()) {
            connector.connect(door);
        } catch (RuntimeException e) {
            send(Frame.ABORT, Payload.string(String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8)));
            if (launched(outcome) instanceof LaunchOutcome.Failed failed && failed.errno() != ECANCELED) {
                return; // it failed by itself, and the connector over what was left of it
            }
            throw e;
        }
        send(Frame.GO, new byte[0]);
    }

    /// Of what has no answer of its own: a later one tells when the watch has ended the connection.
    private void send(int type, byte[] payload) {
        try {
            channel.send(FrameChannel.frame(type, payload));
        } catch (IOException _) {
            // Then nobody waits for it.
        }
    }

    /// For descriptors that reach into the container's network, over a connection of its own.
    public NetworkDoor networkDoor() {
        if (greeting.version() < NETWORK_VERSION) {
            throw new Conflict(
                    "reach the network of the container of " + dir,
                    "it was started by a release that handed over none",
                    "restart the container");
        }
        return NetworkDoor.open(dir);
    }

    /// Writes settings of the container's network, by their names below `net.`; an interface's own dots are written as
    /// slashes, as are then all others.
    public void set(Map<String, String> settings) {
        var payload = new ByteArrayOutputStream();
        payload.writeBytes(Payload.of(4).putInt(settings.size()).array());
        settings.forEach((name, value) -> {
            payload.writeBytes(Payload.string(name.getBytes(StandardCharsets.UTF_8)));
            payload.writeBytes(Payload.string(value.getBytes(StandardCharsets.UTF_8)));
        });
        expectOk("change the network settings of", call(Frame.SETTINGS, payload.toByteArray()));
    }

    /// From now on this connection counts as an engine, and [#exited] will be completed.
    public void subscribe() {
        expectOk("subscribe", call(Frame.SUBSCRIBE, new byte[0]));
    }

    /// Sends a signal to the init, and to nobody else: the watch holds its pidfd. [Conflict] when it does not run.
    public void signal(int signal) {
        expectOk("signal", call(Frame.SIGNAL, Payload.of(4).putInt(signal).array()));
    }

    /// Sets the size of the terminal. Before the launch it is kept for the start.
    public void resize(int rows, int columns) {
        byte[] size =
                Payload.of(4).putShort((short) rows).putShort((short) columns).array();
        expectOk("resize the terminal of", call(Frame.RESIZE, size));
    }

    /// Begins to hold all processes of the container still, until [#thaw], the end of this connection, or that of this
    /// process. False when it does not run.
    public boolean freeze() {
        if (greeting.version() < FREEZE_VERSION) {
            throw new Conflict(
                    "freeze the container of " + dir,
                    "it was started by a release that could not thaw it for sure",
                    "restart the container, or stop it for the time of the copy");
        }
        return held("freeze", HOLD);
    }

    private boolean held(String verb, int wish) {
        Reply reply = wish(wish);
        if (reply instanceof Reply.Error error && error.errno() == ESRCH) {
            return false;
        }
        expectOk(verb, reply);
        return true;
    }

    private Reply wish(int wish) {
        return call(Frame.FREEZE, Payload.of(4).putInt(wish).array());
    }

    /// Lets the container go on, unless another connection holds it still.
    public void thaw() {
        expectOk("thaw", wish(THAW));
    }

    /// Begins to hold all processes of the container still until [#unpause], whatever becomes of this connection. False
    /// when it does not run.
    public boolean pause() {
        if (greeting.version() < PAUSE_VERSION) {
            throw new Conflict(
                    "pause the container of " + dir,
                    "it was started by a release that could not keep it still",
                    "restart the container");
        }
        return held("pause", PAUSE);
    }

    /// Lets a paused container go on, unless a connection holds it still. One that is not paused is left as it is.
    public void unpause() {
        expectOk("unpause", wish(UNPAUSE));
    }

    /// Where the log ends now.
    public LogPosition logPosition() {
        return switch (call(Frame.LOGPOS, new byte[0])) {
            case Reply.At(LogPosition position) -> position;
            case Reply.Error(int errno, String words) -> throw refused("read the log of", errno, words);
            case Reply.Ok _, Reply.Launched _, Reply.Offered _ -> throw unexpected();
        };
    }

    /// Attaches over a connection of its own. Made before the launch it misses no byte.
    public Attachment attach(AttachOptions options) {
        return Attachment.open(dir, options);
    }

    /// Follows the log file's bytes over a connection of its own, from `position` on.
    public Follower follow(LogPosition position) {
        return Follower.open(dir, position);
    }

    /// Completed with the end, for a subscribed connection. Fails with [Unavailable] when the watch goes without having
    /// told it: then its exit record decides, or it was killed.
    public CompletableFuture<Exited> exited() {
        listen();
        return exited;
    }

    /// Completed when the connection has ended. After [#exited] this means that the release steps were run.
    public CompletableFuture<Void> gone() {
        listen();
        return gone;
    }

    private sealed interface Reply {
        record Ok() implements Reply {}

        record Error(int errno, String words) implements Reply {}

        record Launched(LaunchOutcome outcome) implements Reply {}

        record At(LogPosition position) implements Reply {}

        record Offered() implements Reply {}
    }

    private static final int ESRCH = 3; // <errno.h>
    private static final int E2BIG = 7;
    private static final int EALREADY = 114;
    private static final int ENOTTY = 25;
    private static final int EINVAL = 22;
    private static final int ENOENT = 2;
    private static final int EOPNOTSUPP = 95;
    private static final int ECANCELED = 125;

    private static final int NETWORK_VERSION = 2;
    private static final int FREEZE_VERSION = 3;
    private static final int PAUSE_VERSION = 4;
    private static final int PREPARE_VERSION = 5;

    // the wishes of FREEZE
    private static final int THAW = 0;
    private static final int HOLD = 1;
    private static final int PAUSE = 2;
    private static final int UNPAUSE = 3;

    private Reply call(int type, byte[] payload) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        request(reply, reply, FrameChannel.frame(type, payload));
        return await(reply);
    }

    private void request(CompletableFuture<Reply> first, CompletableFuture<Reply> second, ByteBuffer... frames) {
        listen();
        lock.lock();
        try {
            if (gone.isDone()) {
                throw gone("ask the watch of " + dir, new EOFException("the connection has ended"));
            }
            waiting.add(first);
            if (second != first) {
                waiting.add(second);
            }
            channel.send(frames);
        } catch (IOException e) {
            throw gone("ask the watch of " + dir, e);
        } finally {
            lock.unlock();
        }
    }

    private Reply await(CompletableFuture<Reply> reply) {
        try {
            return reply.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Unavailable cause
                    ? new Unavailable(cause.what(), cause.why(), cause.todo(), cause)
                    : new Internal("ask the watch of " + dir, String.valueOf(e.getCause()), "report this", e);
        } catch (TimeoutException e) {
            throw new Unavailable("ask the watch of " + dir, "no answer for " + LIMIT, "see whether it is stopped", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("ask the watch of " + dir, "interrupted", "ask again", e);
        }
    }

    private void expectOk(String verb, Reply reply) {
        switch (reply) {
            case Reply.Ok _ -> {}
            case Reply.Error(int errno, String words) -> throw refused(verb, errno, words);
            case Reply.Launched _, Reply.At _, Reply.Offered _ -> throw unexpected();
        }
    }

    private RuntimeException refused(String verb, int errno, String words) {
        String what = verb + " the container of " + dir;
        return switch (errno) {
            case ESRCH -> new Conflict(what, words, "start it first");
            case EALREADY -> new Conflict(what, words, "use another watch");
            case EINVAL, ENOENT -> new InvalidArgument(what, words, "check the names");
            case EOPNOTSUPP ->
                new Unsupported(
                        what, "it has no control group with a freezer", "stop the container for the time of the copy");
            case ENOTTY -> new Conflict(what, words, "start it with a terminal");
            default -> new Internal(what, words + " (errno " + errno + ")", "report this");
        };
    }

    private IllegalStateException unexpected() {
        return new IllegalStateException("the watch of " + dir + " answers another question than was asked");
    }

    private void listen() {
        lock.lock();
        try {
            if (reading) {
                return;
            }
            reading = true;
        } finally {
            lock.unlock();
        }
        Thread.ofVirtual().name("watch " + dir.getFileName()).start(this::read);
    }

    private void read() {
        IOException end;
        try {
            while (true) {
                handle(channel.next());
            }
        } catch (IOException e) {
            end = e;
        }
        Unavailable lost = gone("wait for the container of " + dir, end);
        lock.lock();
        try {
            waiting.forEach(reply -> reply.completeExceptionally(lost));
            waiting.clear();
            gone.complete(null);
        } finally {
            lock.unlock();
        }
        exited.completeExceptionally(lost);
    }

    private void handle(ByteBuffer in) throws IOException {
        switch (channel.type()) {
            case Frame.OK -> answer(new Reply.Ok());
            case Frame.ERROR -> answer(new Reply.Error(in.getInt(), Payload.string(in)));
            case Frame.STARTED ->
                answer(new Reply.Launched(new LaunchOutcome.Started(
                        Integer.toUnsignedLong(in.getInt()), in.getLong(), in.getLong(), in.getLong())));
            case Frame.FAILED ->
                answer(new Reply.Launched(new LaunchOutcome.Failed(in.getInt(), in.getInt(), Payload.string(in))));
            case Frame.OFFER -> offered.complete(new Reply.Offered());
            case Frame.POS -> answer(new Reply.At(new LogPosition(in.getLong(), in.getLong())));
            case Frame.EXITED -> exited.complete(exited(in));
            default -> throw new IOException("frame type " + channel.type() + " is not for this connection");
        }
    }

    private void answer(Reply reply) throws IOException {
        CompletableFuture<Reply> next;
        lock.lock();
        try {
            next = waiting.poll();
        } finally {
            lock.unlock();
        }
        if (next == null) {
            throw new IOException("an answer to no question");
        }
        next.complete(reply);
    }

    private static Exited exited(ByteBuffer in) {
        return new Exited(in.getInt(), in.getInt(), in.get() != 0, instant(in.getLong()), in.getLong());
    }

    static Instant instant(long unixNanos) {
        return Instant.ofEpochSecond(unixNanos / 1_000_000_000L, unixNanos % 1_000_000_000L);
    }

    /// Ends the connection. A container that was started goes on.
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // Nobody could do anything about it, and nothing depends on it.
        }
    }
}
