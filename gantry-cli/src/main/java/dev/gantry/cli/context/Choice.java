package dev.gantry.cli.context;

import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineTls;
import dev.gantry.base.InvalidArgument;
import dev.gantry.cli.Caller;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Of all that names an engine, what counts: `--context`, `-H`, `GANTRY_HOST`, `DOCKER_HOST`, `DOCKER_CONTEXT`, and
/// what
/// `docker context use` chose, in this order. Nothing of it: this machine's own engine.
///
/// @param host of `-H`, or empty
/// @param context of `--context`, or empty
/// @param tls that `--tls` was given
/// @param verify that `--tlsverify` was given
/// @param flags what was given before the command, `--tlscacert`, `--tlscert` and `--tlskey` among it, by these names
public record Choice(String host, String context, boolean tls, boolean verify, Map<String, String> flags) {
    private static final List<String> TLS_FLAGS = List.of("tls", "tlsverify", "tlscacert", "tlscert", "tlskey");

    public Choice {
        flags = Map.copyOf(flags);
        if (!host.isEmpty() && !context.isEmpty()) {
            throw new InvalidArgument(
                    "read the command line",
                    "conflicting options: cannot specify both --host and --context",
                    "name the engine once");
        }
    }

    /// Another engine, which is spoken to as flags and variables say of this one, or as its own context does. One of
    /// both is empty.
    public Choice elsewhere(String otherHost, String otherContext) {
        return new Choice(otherHost, otherContext, tls, verify, otherContext.isEmpty() ? flags : Map.of());
    }

    /// The context whose engine it is, if it is one of a context.
    public Optional<String> chosenContext(Caller caller) {
        Map<String, String> environment = caller.environment();
        if (!context.isEmpty()) {
            return Optional.of(context);
        }
        if (!namedHost(environment).isEmpty()) {
            return Optional.empty();
        }
        String named = environment.getOrDefault("DOCKER_CONTEXT", "");
        return named.isEmpty() ? new Contexts(caller).current() : Optional.of(named);
    }

    /// Empty: this machine's own.
    public Optional<Endpoint> endpoint(Caller caller) {
        Contexts contexts = new Contexts(caller);
        Optional<String> chosen = chosenContext(caller).filter(name -> !name.equals(Contexts.DEFAULT));
        if (chosen.isPresent()) {
            checkNoTls(chosen.get());
            return chosen.map(contexts::endpoint);
        }
        String named = namedHost(caller.environment());
        if (named.isEmpty()) {
            return Optional.empty();
        }
        EngineAddress address = EngineAddress.parse(named);
        EngineTls how = address instanceof EngineAddress.Tcp ? tls(caller, contexts, named) : null;
        return Optional.of(new Endpoint(address, how));
    }

    /// Its files and what it says of TLS are its own: flags that say another thing would not be obeyed.
    private void checkNoTls(String name) {
        for (String flag : TLS_FLAGS) {
            if (flags.containsKey(flag)) {
                throw new InvalidArgument(
                        "read the command line",
                        "--" + flag + " does not go together with context " + name
                                + ", which says itself how it is reached",
                        "leave the flag out, or name the engine with -H");
            }
        }
    }

    private String namedHost(Map<String, String> environment) {
        for (String name : List.of(
                host, environment.getOrDefault("GANTRY_HOST", ""), environment.getOrDefault("DOCKER_HOST", ""))) {
            if (!name.isEmpty()) {
                return name;
            }
        }
        return "";
    }

    private @Nullable EngineTls tls(Caller caller, Contexts contexts, String named) {
        Map<String, String> environment = caller.environment();
        boolean verifies =
                verify || !environment.getOrDefault("DOCKER_TLS_VERIFY", "").isEmpty();
        boolean encrypted = verifies
                || tls
                || flags.containsKey("tlsverify")
                || !environment.getOrDefault("DOCKER_TLS", "").isEmpty();
        if (!encrypted && !named.startsWith("https://")) {
            return null;
        }
        String directory = environment.getOrDefault("DOCKER_CERT_PATH", contexts.usualCertificates());
        EngineTls usual = contexts.tls(directory, verifies);
        return new EngineTls(
                file(caller, "tlscacert", usual.ca()),
                file(caller, "tlscert", usual.cert()),
                file(caller, "tlskey", usual.key()),
                verifies);
    }

    private String file(Caller caller, String flag, String otherwise) {
        String path = flags.getOrDefault(flag, "");
        if (path.isEmpty()) {
            return otherwise;
        }
        try (var in = caller.open(path)) {
            return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new InvalidArgument("read " + path, String.valueOf(e.getMessage()), "name another file", e);
        }
    }
}
