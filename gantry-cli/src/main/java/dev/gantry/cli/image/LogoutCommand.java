package dev.gantry.cli.image;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import java.io.IOException;
import java.util.Map;

/// Forgets the login to a registry.
public final class LogoutCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("logout", "[REGISTRY]", "Forget the login to a registry").takes(0, 1);
    }

    @Override
    public int run(Invocation call) throws IOException {
        String registry = Registries.key(
                call.args().arguments().isEmpty() ? "" : call.args().argument(0));
        ClientConfig config = ClientConfig.of(call.caller());
        config.check(registry);
        Map<String, Object> logins = config.logins();
        if (logins.remove(registry) == null) {
            call.print("Not logged in to " + registry);
            return 0;
        }
        config.write(logins);
        call.print("Removing login credentials for " + registry);
        return 0;
    }
}
