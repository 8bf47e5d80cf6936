package dev.gantry.cli.container;

import dev.gantry.api.client.Duplex;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.api.container.ContainerInspect;
import dev.gantry.base.Conflict;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;

/// Joins the caller's streams to a container that runs; returns its exit code when it ends meanwhile.
public final class AttachCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("attach", "CONTAINER", "Join the streams of a running container")
                .text("detach-keys", "keys", "Keys that leave it running (" + DetachKeys.DEFAULT + ")")
                .toggle("no-stdin", "Only look: send no input")
                .toggle("sig-proxy", "Pass signals on to its command (true)")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        String name = args.argument(0);
        EngineClient engine = call.engine();
        ContainerInspect container = engine.inspectContainer(name);
        if (!container.state().running()) {
            throw new Conflict("attach to " + name, "it is not running", "start it first: gantry start -a " + name);
        }
        if (container.state().paused()) {
            throw new Conflict("attach to " + name, "it is paused", "unpause it first");
        }
        boolean tty = container.config().tty();
        boolean stdin = container.config().openStdin() && !args.on("no-stdin");
        return join(call, name, tty, stdin, args.on("sig-proxy", true), () -> {});
    }

    /// Attaches, does `begin`, carries the streams, and waits for the exit code.
    static int join(Invocation call, String name, boolean tty, boolean stdin, boolean proxy, Runnable begin)
            throws IOException {
        EngineClient engine = call.engine();
        Caller caller = call.caller();
        String keys = call.args().text("detach-keys");
        Request attach = engine.attachRequest(name)
                .with("stream", true)
                .with("stdin", stdin)
                .with("stdout", true)
                .with("stderr", true)
                .with("detachKeys", keys);
        try (Duplex duplex = engine.http().hijack(attach);
                EngineClient.Waiting waiting = engine.waitContainer(name, "next-exit");
                Caller.Scope _ =
                        proxy && !tty ? caller.onSignals(s -> RunCommand.forward(engine, name, s)) : () -> {}) {
            begin.run();
            try (Caller.Scope _ =
                    tty ? Session.followSize(caller, (h, w) -> engine.resizeContainer(name, h, w)) : () -> {}) {
                Session session = new Session(caller, duplex, tty, DetachKeys.of(keys));
                if (session.carry(stdin) == Session.End.DETACHED) {
                    call.note("\r\ngantry: detached: come back with gantry attach " + name);
                    return 0;
                }
            }
            return RunCommand.exitCode(call, waiting.await());
        }
    }
}
