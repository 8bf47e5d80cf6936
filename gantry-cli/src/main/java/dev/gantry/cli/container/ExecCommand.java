package dev.gantry.cli.container;

import dev.gantry.api.client.Duplex;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.container.ExecConfig;
import dev.gantry.api.container.ExecInspect;
import dev.gantry.api.container.ExecStart;
import dev.gantry.base.Internal;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs one more command in a container that runs.
public final class ExecCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("exec", "CONTAINER COMMAND [ARG...]", "Run a command in a running container")
                .toggle('d', "detach", "Leave it running")
                .text("detach-keys", "keys", "Keys that leave it running (" + DetachKeys.DEFAULT + ")")
                .list('e', "env", "name[=value]", "Set a variable")
                .list("env-file", "file", "Set the variables of a file")
                .toggle('i', "interactive", "Keep standard input open")
                .toggle('t', "tty", "Give it a terminal")
                .text('u', "user", "user[:group]", "User and group, by name or number")
                .text('w', "workdir", "path", "Working directory")
                .toggle("privileged", "Give it every capability, and no filter of system calls")
                .stopsAtArgument()
                .takes(2, Integer.MAX_VALUE)
                .example("gantry exec -it web bash");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        Caller caller = call.caller();
        EngineClient engine = call.engine();
        boolean detach = args.on("detach");
        boolean tty = args.on("tty");
        boolean stdin = args.on("interactive") && !detach;
        if (tty && stdin && !caller.isTerminal(Caller.Stream.IN)) {
            call.note("gantry: exec in " + args.argument(0)
                    + ": standard input is not a terminal, which -t with -i needs: leave -t out");
            return 1;
        }
        List<Integer> size = size(caller, tty);
        String id = engine.createExec(
                args.argument(0),
                ExecConfig.builder()
                        .cmd(args.arguments().subList(1, args.arguments().size()))
                        .user(args.text("user"))
                        .privileged(args.on("privileged"))
                        .tty(tty)
                        .consoleSize(size)
                        .attachStdin(stdin)
                        .attachStdout(!detach)
                        .attachStderr(!detach)
                        .detachKeys(args.text("detach-keys"))
                        .env(Variables.of(args, caller))
                        .workingDir(args.text("workdir"))
                        .build());
        ExecStart start = new ExecStart(detach, tty, size);
        try {
            if (detach) {
                engine.startExecDetached(id, start);
                return 0;
            }
            return attached(call, id, start, stdin);
        } catch (EngineError e) {
            call.note("gantry: " + e.getMessage());
            int code = ExitCodes.ofStart(e.getMessage());
            return code == ExitCodes.OURS ? 1 : code;
        }
    }

    private static int attached(Invocation call, String id, ExecStart start, boolean stdin) throws IOException {
        EngineClient engine = call.engine();
        Caller caller = call.caller();
        try (Duplex duplex = engine.startExec(id, start);
                Caller.Scope _ =
                        start.tty() ? Session.followSize(caller, (h, w) -> engine.resizeExec(id, h, w)) : () -> {}) {
            Session session = new Session(
                    caller, duplex, start.tty(), DetachKeys.of(call.args().text("detach-keys")));
            if (session.carry(stdin) == Session.End.DETACHED) {
                call.note("\r\ngantry: detached: the command goes on in "
                        + call.args().argument(0));
                return 0;
            }
        }
        ExecInspect ended = engine.inspectExec(id);
        Integer code = ended.exitCode();
        if (code == null) {
            throw new Internal(
                    "run the command in " + call.args().argument(0),
                    "its output ended and it did not",
                    "look with gantry inspect");
        }
        return code;
    }

    private static @Nullable List<Integer> size(Caller caller, boolean tty) {
        if (!tty || !caller.isTerminal(Caller.Stream.OUT)) {
            return null;
        }
        Caller.Size size = caller.terminal().size();
        return List.of(size.rows(), size.columns());
    }
}
