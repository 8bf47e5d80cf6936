package dev.gantry.cli;

import dev.gantry.api.client.Dialer;
import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Release;
import dev.gantry.cli.context.Choice;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `gantry`: reads the flags before the command, runs the command, and turns errors into words and an exit code.
public final class Gantry {
    /// The version of this client.
    public static final String VERSION = Release.VERSION;

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
            try (EngineClient engine = new EngineClient(dialer(globals.choice()))) {
                return command.run(new Invocation(caller, engine, parsed, globals.choice()));
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

    private Dialer dialer(Choice choice) {
        return choice.endpoint(caller).map(extras.engines()::at).orElseGet(extras.engines()::local);
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
    private record Globals(Choice choice, boolean version, List<String> rest) {
        private static final Set<String> TEXTS = Set.of("host", "context", "tlscacert", "tlscert", "tlskey");
        private static final Map<String, String> SHORT = Map.of("H", "host", "c", "context");

        static Globals read(List<String> args) {
            Map<String, String> values = new HashMap<>();
            int i = 0;
            while (i < args.size() && args.get(i).startsWith("-")) {
                String arg = args.get(i++);
                String word = arg.startsWith("--") ? arg.substring(2) : arg.substring(1);
                if (List.of("-v", "--version", "-h", "--help").contains(arg)) {
                    return new Globals(choice(Map.of()), word.startsWith("v"), List.of());
                }
                int equals = word.indexOf('=');
                String name = equals < 0 ? word : word.substring(0, equals);
                String attached = equals < 0 ? "" : word.substring(equals + 1);
                if (!arg.startsWith("--") && SHORT.containsKey(word.isEmpty() ? "" : word.substring(0, 1))) {
                    name = SHORT.getOrDefault(word.substring(0, 1), "");
                    attached = word.substring(word.startsWith("=", 1) ? 2 : 1);
                }
                if (TEXTS.contains(name) && !attached.isEmpty()) {
                    values.put(name, attached);
                } else if (TEXTS.contains(name) && i < args.size()) {
                    values.put(name, args.get(i++));
                } else if (name.equals("tls") || name.equals("tlsverify")) {
                    values.put(name, Boolean.toString(equals < 0 || truth(name, attached)));
                } else {
                    throw new InvalidArgument(
                            "read the command line",
                            "there is no flag " + arg + " before a command",
                            "see gantry --help");
                }
            }
            return new Globals(choice(values), false, args.subList(i, args.size()));
        }

        /// What clients in Go take.
        private static boolean truth(String flag, String text) {
            return switch (text) {
                case "1", "t", "T", "TRUE", "true", "True" -> true;
                case "0", "f", "F", "FALSE", "false", "False" -> false;
                default ->
                    throw new InvalidArgument(
                            "read the command line",
                            "invalid argument \"" + text + "\" for --" + flag,
                            "write --" + flag + "=true or --" + flag + "=false");
            };
        }

        private static Choice choice(Map<String, String> values) {
            return new Choice(
                    values.getOrDefault("host", ""),
                    values.getOrDefault("context", ""),
                    values.getOrDefault("tls", "false").equals("true"),
                    values.getOrDefault("tlsverify", "false").equals("true"),
                    values);
        }
    }
}
