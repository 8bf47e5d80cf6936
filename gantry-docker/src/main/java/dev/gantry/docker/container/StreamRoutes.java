package dev.gantry.docker.container;

import dev.gantry.api.container.WaitError;
import dev.gantry.api.container.WaitResponse;
import dev.gantry.api.json.Wire;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Query;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.container.AttachRequest;
import dev.gantry.engine.container.Attachment;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.ExitWait;
import dev.gantry.engine.container.WaitCondition;
import dev.gantry.engine.log.LogQuery;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogSource;
import dev.gantry.engine.log.LogStream;
import dev.gantry.engine.log.Logs;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What goes on for as long as a container does: attach, logs and wait.
public final class StreamRoutes {
    private static final Duration WAIT_STEP = Duration.ofHours(1);

    private final Containers containers;
    private final Logs logs;
    private final Lookup lookup;
    private final Clock clock;

    public StreamRoutes(Containers containers, Logs logs, Clock clock) {
        this.containers = containers;
        this.logs = logs;
        this.lookup = new Lookup(containers);
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/containers/{id}/attach", this::attach)
                .add("GET", "/containers/{id}/attach/ws", this::attachWebSocket)
                .add("GET", "/containers/{id}/logs", this::logs)
                .add("POST", "/containers/{id}/wait", this::waitFor);
    }

    /// How a client attaches: what it takes, and whether the two outputs come as one, without headers.
    /// @param raw the outputs come as one
    /// @param heard what the client sends is read also where there is no input: control frames of a web socket
    private record Wish(boolean stdin, boolean stdout, boolean stderr, boolean raw, boolean heard) {}

    private record Attaching(ApiResponse.Taker taker, Runnable dropped) {}

    private ApiResponse attach(Call call) {
        Query q = call.query();
        Container c = attachable(call);
        Wish wish = new Wish(
                q.flag("stdin"),
                q.flag("stdout"),
                q.flag("stderr"),
                c.spec().streams().tty(),
                false);
        Attaching attaching = attaching(call, c, wish);
        return new ApiResponse.Hijack(contentType(call, c), attaching::taker, attaching.dropped());
    }

    /// The outputs come as one. Before 1.42 a client gets all streams, and before 1.28 text.
    private ApiResponse attachWebSocket(Call call) {
        Query q = call.query();
        Container c = attachable(call);
        String accept = WebSocketFrames.accept(call);
        Wish wish = call.since(42)
                ? new Wish(q.flag("stdin"), q.flag("stdout"), q.flag("stderr"), true, true)
                : new Wish(true, true, true, true, true);
        Attaching attaching = attaching(call, c, wish);
        return new ApiResponse.WebSocket(
                accept,
                connection -> {
                    WebSocketFrames frames = WebSocketFrames.over(connection, call.since(28));
                    attaching.taker().take(frames);
                    frames.close();
                },
                attaching.dropped());
    }

    private Container attachable(Call call) {
        Container c = lookup.find(call.subject());
        if (c.isPaused()) {
            throw Lookup.paused(call.subject(), "attach");
        }
        return c;
    }

    private Attaching attaching(Call call, Container c, Wish wish) {
        Query q = call.query();
        DetachKeys keys = DetachKeys.parse(q.text("detachKeys"));
        boolean stdin = wish.stdin() && c.spec().streams().openStdin();
        boolean stdout = wish.stdout();
        boolean stderr = wish.stderr();
        if (!q.flag("stream")) {
            boolean replay = q.flag("logs");
            return new Attaching(
                    connection -> {
                        if (replay) {
                            LogQuery query = new LogQuery(stdout, stderr, Instant.MIN, Instant.MAX, -1, false);
                            try (LogStream records = logs.open(c.id(), query)) {
                                copy(records, connection.output(), wish.raw(), false, false, "");
                            }
                        }
                    },
                    () -> {});
        }
        // Whoever attaches before the start is a foreground run and gets every byte; one who joins later must not be
        // able to hold the container up.
        boolean lossless = c.state() instanceof ContainerState.Created || c.state() instanceof ContainerState.Exited;
        Attachment attachment =
                containers.attach(c.id(), new AttachRequest(stdin, stdout, stderr, lossless, q.flag("logs")));
        boolean closesInput = c.spec().streams().stdinOnce() && !attachment.tty();
        return new Attaching(
                connection -> Takeover.join(
                        attachment,
                        connection,
                        attachment.tty() ? keys : null,
                        closesInput,
                        new Takeover.Form(wish.raw(), wish.heard())),
                attachment::close);
    }

    /// Clients since 1.42 are told which of the two forms it is.
    static String contentType(Call call, boolean tty) {
        return !tty && call.since(42) ? ApiResponse.MULTIPLEXED_STREAM : ApiResponse.RAW_STREAM;
    }

    private static String contentType(Call call, Container c) {
        return contentType(call, c.spec().streams().tty());
    }

    private ApiResponse logs(Call call) {
        Query q = call.query();
        boolean stdout = q.flag("stdout");
        boolean stderr = q.flag("stderr");
        if (!stdout && !stderr) {
            throw DockerError.badParameter("Bad parameters: you must choose at least one stream");
        }
        Container c = lookup.find(call.subject());
        if (!c.spec().log().isReadable()) {
            throw new DockerError(501, "configured logging driver does not support reading");
        }
        boolean follow = q.flag("follow");
        LogQuery query = new LogQuery(
                stdout, stderr, time(q, "since", Instant.MIN), time(q, "until", Instant.MAX), tail(q), follow);
        LogStream records = logs.open(c.id(), query);
        boolean tty = c.spec().streams().tty();
        ApiResponse.Writer writer = out -> {
            try (records) {
                copy(records, out, tty, follow, q.flag("timestamps"), q.flag("details") ? details(c) : "");
            }
        };
        return new ApiResponse.Stream(contentType(call, c), writer, Map.of(), records::close);
    }

    private Instant time(Query q, String name, Instant otherwise) {
        String text = q.text(name);
        return text.isEmpty() || text.equals("0") ? otherwise : Times.parse(text, clock.instant());
    }

    /// Anything that is not a number means all of them.
    private static long tail(Query q) {
        String text = q.text("tail");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }

    /// As dockerd writes them: `a=b,c=d`, escaped as in a query, and a blank.
    private static String details(Container c) {
        return LogSource.details(c).entrySet().stream()
                        .map(e -> escaped(e.getKey()) + "=" + escaped(e.getValue()))
                        .collect(Collectors.joining(","))
                + " ";
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    private static void copy(
            LogStream records, OutputStream out, boolean tty, boolean follow, boolean timestamps, String details)
            throws IOException {
        StdCopy target = new StdCopy(out, tty);
        for (Optional<LogRecord> next = records.next(); next.isPresent(); next = records.next()) {
            LogRecord r = next.get();
            String before = (timestamps ? Times.fixed(r.time()) + " " : "") + details;
            byte[] line = r.bytes();
            if (!before.isEmpty()) {
                byte[] prefix = before.getBytes(StandardCharsets.US_ASCII);
                byte[] joined = new byte[prefix.length + line.length];
                System.arraycopy(prefix, 0, joined, 0, prefix.length);
                System.arraycopy(line, 0, joined, prefix.length, line.length);
                line = joined;
            }
            int stream = r.stream() == LogRecord.Stream.STDERR ? StdCopy.STDERR : StdCopy.STDOUT;
            target.write(stream, line, 0, line.length);
            if (follow) {
                out.flush();
            }
        }
    }

    private ApiResponse waitFor(Call call) {
        WaitCondition condition = switch (call.query().text("condition")) {
            case "", "not-running" -> WaitCondition.NOT_RUNNING;
            case "next-exit" -> WaitCondition.NEXT_EXIT;
            case "removed" -> WaitCondition.REMOVED;
            case String other -> throw DockerError.badParameter("invalid condition: \"" + other + "\"");
        };
        Container c = lookup.find(call.subject());
        // Begun before the head is sent: the client starts the container when it has read that.
        ExitWait wait = containers.expect(c.id(), condition);
        return new ApiResponse.Stream(ApiResponse.JSON, out -> {
            Optional<Exit> exit = wait.within(WAIT_STEP);
            while (exit.isEmpty()) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new IOException("the client has left");
                }
                exit = wait.within(WAIT_STEP);
            }
            Exit e = exit.get();
            out.write(Wire.json()
                    .toJsonBytes(new WaitResponse(e.code(), e.words().isEmpty() ? null : new WaitError(e.words()))));
            out.write('\n');
        });
    }
}
