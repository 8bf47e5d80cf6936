package dev.gantry.cli.container;

import dev.gantry.api.client.Duplex;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Request;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.WaitResponse;
import dev.gantry.base.GantryException;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.time.Instant;

/// Makes a container, starts it, and stays with it until it ends. Returns the exit code of its command; 125 when Gantry
/// failed, 126 when the command cannot be executed, 127 when it is not there.
public final class RunCommand implements Command {
    @Override
    public CommandLine line() {
        CommandLine line = new CommandLine(
                        "run", "IMAGE [COMMAND] [ARG...]", "Make a container and run a command in it")
                .toggle('d', "detach", "Leave it running and print its id")
                .text("detach-keys", "keys", "Keys that leave it running (" + DetachKeys.DEFAULT + ")")
                .toggle("sig-proxy", "Pass signals on to the command (true)")
                .example("gantry run --rm -it debian bash")
                .example("gantry run -d --name web --memory 64m --cpus 0.5 web-image")
                .example(
                        "gantry run --rm dir:/ /bin/echo hello      # the host's own files as image, written to a layer above");
        return RunFlags.addTo(line);
    }

    @Override
    public int failure() {
        return ExitCodes.OURS;
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        Caller caller = call.caller();
        boolean detach = args.on("detach");
        if (detach && args.isGiven("attach")) {
            throw args.wrong("--detach and --attach exclude each other");
        }
        CreateRequest request = RunFlags.request(args, caller, !detach);
        if (request.tty() && request.attachStdin() && !caller.isTerminal(Caller.Stream.IN)) {
            call.note("gantry: run " + request.image()
                    + ": standard input is not a terminal, which -t with -i needs: leave -t out");
            return 1;
        }
        DetachKeys keys = DetachKeys.of(args.text("detach-keys"));
        String id = Creation.create(call, request);
        if (detach || !(request.attachStdin() || request.attachStdout() || request.attachStderr())) {
            try {
                call.engine().startContainer(id);
            } catch (EngineError e) {
                return failedStart(call, e);
            }
            call.print(id);
            return 0;
        }
        return attached(call, request, id, keys);
    }

    private static int attached(Invocation call, CreateRequest request, String id, DetachKeys keys) throws IOException {
        EngineClient engine = call.engine();
        Caller caller = call.caller();
        Parsed args = call.args();
        boolean proxy = args.on("sig-proxy", true) && !request.tty();
        Request attach = engine.attachRequest(id)
                .with("stream", true)
                .with("stdin", request.attachStdin())
                .with("stdout", request.attachStdout())
                .with("stderr", request.attachStderr())
                .with("detachKeys", args.text("detach-keys"));
        Instant started = caller.now();
        // Attached and waited for before the start: no byte and no exit is missed.
        try (Duplex duplex = engine.http().hijack(attach);
                EngineClient.Waiting waiting = engine.waitContainer(id, args.on("rm") ? "removed" : "next-exit");
                Caller.Scope _ = proxy ? caller.onSignals(signal -> forward(engine, id, signal)) : () -> {}) {
            try {
                engine.startContainer(id);
            } catch (EngineError e) {
                return failedStart(call, e);
            }
            try (Caller.Scope _ = request.tty()
                    ? Session.followSize(caller, (rows, columns) -> engine.resizeContainer(id, rows, columns))
                    : () -> {}) {
                Session.End end = new Session(caller, duplex, request.tty(), keys).carry(request.attachStdin());
                if (end == Session.End.DETACHED) {
                    call.note("\r\ngantry: detached: come back with gantry attach " + id.substring(0, 12));
                    return 0;
                }
            }
            int code = exitCode(call, waiting.await());
            if (code == ExitCodes.KILLED && outOfMemory(engine, id, started, caller)) {
                call.note("gantry: the container ran out of memory and was killed: give it more with --memory");
            }
            return code;
        }
    }

    /// Asked of the events: with --rm there is no container left to inspect.
    /// An end that has come already lets the engine answer at once: a whole second ahead would be waited for.
    private static boolean outOfMemory(EngineClient engine, String id, Instant started, Caller caller) {
        return !engine.raw(Request.get("/events")
                        .with("since", seconds(started))
                        .with("until", seconds(caller.now()))
                        .with("filters", "{\"container\":[\"" + id + "\"],\"event\":[\"oom\"]}"))
                .isBlank();
    }

    private static String seconds(Instant time) {
        return "%d.%09d".formatted(time.getEpochSecond(), time.getNano());
    }

    static int exitCode(Invocation call, WaitResponse ended) {
        if (ended.error() != null && !ended.error().message().isEmpty()) {
            call.note("gantry: " + ended.error().message());
            return ExitCodes.OURS;
        }
        return (int) ended.statusCode();
    }

    private static int failedStart(Invocation call, EngineError e) {
        call.note("gantry: " + e.getMessage());
        return ExitCodes.ofStart(e.getMessage());
    }

    static void forward(EngineClient engine, String container, String signal) {
        try {
            engine.killContainer(container, signal);
        } catch (EngineError | GantryException _) {
            // It has ended, or has not begun: there is no one to tell.
        }
    }
}
