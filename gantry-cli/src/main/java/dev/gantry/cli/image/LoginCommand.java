package dev.gantry.cli.image;

import dev.gantry.api.system.AuthAnswer;
import dev.gantry.api.system.AuthConfig;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/// Tries a login to a registry, and keeps it for pulls and pushes where the docker client keeps its own.
public final class LoginCommand implements Command {
    private static final int CTRL_C = 3;
    private static final int BACKSPACE = 127;

    @Override
    public CommandLine line() {
        return new CommandLine("login", "[REGISTRY]", "Log in to a registry")
                .text('u', "username", "name", "User at the registry")
                .text('p', "password", "text", "Password; others may see it in the list of processes")
                .toggle("password-stdin", "Read the password from standard input")
                .takes(0, 1)
                .example("gantry login -u me --password-stdin registry.example.com < password");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        String registry = Registries.key(args.arguments().isEmpty() ? "" : args.argument(0));
        if (args.on("password-stdin") && (args.isGiven("password") || !args.isGiven("username"))) {
            throw args.wrong("--password-stdin goes with --username, and not with --password");
        }
        ClientConfig config = ClientConfig.of(call.caller());
        config.check(registry);
        String user = args.isGiven("username") ? args.text("username") : asked(call, "Username: ", true);
        String password = args.isGiven("password")
                ? args.text("password")
                : args.on("password-stdin") ? all(call.caller().in()) : asked(call, "Password: ", false);
        if (user.isEmpty() || password.isEmpty()) {
            throw args.wrong("a user and a password are needed");
        }
        AuthAnswer answer = call.engine().login(new AuthConfig(user, password, null, null, registry, null, null));
        Map<String, Object> logins = config.logins();
        logins.put(
                registry,
                answer.identityToken().isEmpty()
                        ? Map.of("auth", pair(user, password))
                        : Map.of("auth", pair(user, ""), "identitytoken", answer.identityToken()));
        config.write(logins);
        call.note("the login is kept unencrypted in " + config.file());
        call.print(answer.status());
        return 0;
    }

    private static String pair(String user, String password) {
        return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /// A line end at the end belongs to the file, not to the password.
    private static String all(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceFirst("[\\r\\n]+$", "");
    }

    private static String asked(Invocation call, String question, boolean shown) throws IOException {
        if (!call.caller().isTerminal(Caller.Stream.IN)) {
            throw call.args().wrong("standard input is no terminal: use --username and --password-stdin");
        }
        call.printRaw(question);
        try (Caller.Scope _ = shown ? () -> {} : call.caller().terminal().raw()) {
            return typed(call);
        } finally {
            if (!shown) {
                call.print("");
            }
        }
    }

    private static String typed(Invocation call) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = call.caller().in().read();
                b >= 0 && b != '\n' && b != '\r';
                b = call.caller().in().read()) {
            if (b == CTRL_C) {
                throw call.args().wrong("the question was not answered");
            }
            if (b == BACKSPACE) {
                byte[] before = line.toByteArray();
                line.reset();
                line.write(before, 0, Math.max(before.length - 1, 0));
            } else {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
