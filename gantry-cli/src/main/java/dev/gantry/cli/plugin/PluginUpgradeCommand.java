package dev.gantry.cli.plugin;

import dev.gantry.api.client.Request;
import dev.gantry.api.json.Wire;
import dev.gantry.api.plugin.Plugin;
import dev.gantry.api.plugin.PluginPrivilege;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.image.Login;
import dev.gantry.cli.image.Pull;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Replaces a disabled plugin by what the registry has now.
public final class PluginUpgradeCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("plugin upgrade", "PLUGIN [REMOTE]", "Replace a disabled plugin by a newer one")
                .toggle("disable-content-trust", "Nothing is signed yet, so this changes nothing")
                .toggle("grant-all-permissions", "Give it all it needs, without asking")
                .toggle("skip-remote-check", "Also from another place than it was installed from")
                .takes(1, 2);
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        String name = args.argument(0);
        Plugin plugin = call.engine().plugin(name);
        if (plugin.enabled()) {
            throw args.wrong("the plugin must be disabled before upgrading: gantry plugin disable " + name);
        }
        String from = plugin.pluginReference();
        String remote = args.arguments().size() > 1 ? args.argument(1) : from;
        if (remote.isEmpty()) {
            throw args.wrong("the plugin was made here, so it has no place of origin: name one");
        }
        boolean same = from.isEmpty() || Pull.fullName(remote).equals(Pull.fullName(from));
        if (!same && !args.on("skip-remote-check")) {
            throw args.wrong("the plugin was installed from " + from + ", not from " + remote
                    + ": add --skip-remote-check if that is meant");
        }
        Optional<List<PluginPrivilege>> granted = Grant.of(call, remote);
        if (granted.isEmpty()) {
            call.note("gantry: upgrade plugin " + name + ": permission denied: it was not given what it needs");
            return 1;
        }
        Request request = Request.post("/plugins/" + Request.segment(name) + "/upgrade")
                .with("remote", remote)
                .json(Wire.json().type(PluginPrivilege.class).list().toJson(granted.get()));
        Pull.follow(call, Login.attach(request, remote, call.caller()), "upgrade the plugin");
        call.print("Upgraded plugin " + name + " to " + remote);
        return 0;
    }
}
