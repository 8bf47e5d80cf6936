package dev.gantry.cli;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `gantry`: reads the flags before the command, runs the command, and turns errors into words and an exit code.
public final class Gantry {
    /// The version of this client.
    public static final String VERSION = "0.1.0";

    private final Caller caller;
    private final Extras extras;

    public Gantry(Caller caller, Extras extras) {
        this.caller = caller;
        this.extras = extras;
    }

    /// Runs one command line and returns its exit code.
    public int run(List<String> args) {
        int failure = 1;
        try {
            Globals globals = Globals.read(args);
            if (globals.rest().isEmpty()) {
                say(caller.out(), globals.version() ? "gantry version " + VERSION + "\n" : new Commands(extras).help());
                return 0;
            }
            Commands.Found found = new Commands(extras).find(globals.rest());
            Command command = found.command();
            failure = command.failure();
            Parsed parsed = command.line().parse(found.arguments());
            if (parsed.wantsHelp()) {
                say(caller.out(), command.line().help());
                return 0;
            }
            try (EngineClient engine = new EngineClient(dialer(globals.host()))) {
                return command.run(new Invocation(caller, engine, parsed));
            }
        } catch (OutputClosed _) {
            return 141; // as if SIGPIPE had ended it
        } catch (EngineError e) {
            complain(e.getMessage());
        } catch (InvalidArgument e) {
            complain(e.getMessage());
            return e.what().equals("read the command line") ? Math.max(failure, 125) : failure;
        } catch (GantryException e) {
            complain(e.getMessage());
        } catch (IOException e) {
            complain("talk to the engine: " + e.getMessage() + ": ask again");
        }
        return failure;
    }

    private Dialer dialer(String host) {
        Map<String, String> environment = caller.environment();
        for (String name : List.of(
                host, environment.getOrDefault("GANTRY_HOST", ""), environment.getOrDefault("DOCKER_HOST", ""))) {
            if (!name.isEmpty()) {
                return extras.engines().at(EngineAddress.parse(name));
            }
        }
        return extras.engines().local();
    }

    private void complain(@Nullable String message) {
        say(caller.err(), "gantry: " + message + "\n");
    }

    private static void say(OutputStream out, String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new OutputClosed(e);
        }
    }

    /// The flags before the command.
    private record Globals(String host, boolean version, List<String> rest) {
        static Globals read(List<String> args) {
            String host = "";
            int i = 0;
            while (i < args.size() && args.get(i).startsWith("-")) {
                String arg = args.get(i++);
                if (arg.equals("-v") || arg.equals("--version")) {
                    return new Globals(host, true, List.of());
                } else if (arg.equals("-h") || arg.equals("--help")) {
                    return new Globals(host, false, List.of());
                } else if (arg.startsWith("--host=")) {
                    host = arg.substring("--host=".length());
                } else if ((arg.equals("-H") || arg.equals("--host")) && i < args.size()) {
                    host = args.get(i++);
                } else if (arg.startsWith("-H") && arg.length() > 2) {
                    host = arg.substring(arg.charAt(2) == '=' ? 3 : 2);
                } else {
                    throw new InvalidArgument(
                            "read the command line",
                            "there is no flag " + arg + " before a command",
                            "see gantry --help");
                }
            }
            return new Globals(host, false, args.subList(i, args.size()));
        }
    }
}
