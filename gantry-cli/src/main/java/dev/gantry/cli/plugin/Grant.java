package dev.gantry.cli.plugin;

import dev.gantry.api.client.Request;
import dev.gantry.api.plugin.PluginPrivilege;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.image.Login;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Asks a user for what a plugin needs.
final class Grant {
    private Grant() {}

    /// What was given; empty when the user said no. A plugin that needs nothing asks for nothing.
    static Optional<List<PluginPrivilege>> of(Invocation call, String remote) throws IOException {
        List<PluginPrivilege> needed = call.engine()
                .pluginPrivileges(
                        Login.attach(Request.get("/plugins/privileges").with("remote", remote), remote, call.caller()));
        if (needed.isEmpty() || call.args().on("grant-all-permissions")) {
            return Optional.of(needed);
        }
        call.print("Plugin \"" + remote + "\" is requesting the following privileges:");
        needed.forEach(p -> call.print(" - " + p.name() + ": " + p.value()));
        call.printRaw("Do you grant the above permissions? [y/N] ");
        StringBuilder answer = new StringBuilder();
        int c;
        while ((c = call.caller().in().read()) > 0 && c != '\n') {
            answer.append((char) c);
        }
        if (!call.caller().isTerminal(Caller.Stream.IN)) {
            call.print("");
        }
        return answer.toString().strip().equalsIgnoreCase("y") ? Optional.of(needed) : Optional.empty();
    }
}
