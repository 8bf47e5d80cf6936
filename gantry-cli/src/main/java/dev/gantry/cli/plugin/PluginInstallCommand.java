package dev.gantry.cli.plugin;

import dev.gantry.api.client.Request;
import dev.gantry.api.json.Wire;
import dev.gantry.api.plugin.PluginPrivilege;
import dev.gantry.base.Reference;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.image.Login;
import dev.gantry.cli.image.Pull;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Installs a plugin from a registry, sets what was asked for, and starts it.
public final class PluginInstallCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("plugin install", "PLUGIN [KEY=VALUE...]", "Install a plugin from a registry")
                .text("alias", "name", "What to call it here")
                .toggle("disable", "Do not start it")
                .toggle("disable-content-trust", "Nothing is signed yet, so this changes nothing")
                .toggle("grant-all-permissions", "Give it all it needs, without asking")
                .takes(1, Integer.MAX_VALUE)
                .example("gantry plugin install vieux/sshfs DEBUG=1");
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        List<String> words = args.arguments();
        String remote = words.getFirst();
        Optional<List<PluginPrivilege>> granted = Grant.of(call, remote);
        if (granted.isEmpty()) {
            call.note("gantry: install plugin " + remote + ": permission denied: it was not given what it needs");
            return 1;
        }
        String alias = args.text("alias");
        Request request = Request.post("/plugins/pull")
                .with("remote", remote)
                .with("name", alias)
                .json(Wire.json().type(PluginPrivilege.class).list().toJson(granted.get()));
        Pull.follow(call, Login.attach(request, remote, call.caller()), "install the plugin");
        String name = alias.isEmpty() ? localName(remote) : alias;
        if (words.size() > 1) {
            call.engine().setPlugin(name, words.subList(1, words.size()));
        }
        if (!args.on("disable")) {
            call.engine().enablePlugin(name, "0");
        }
        call.print("Installed plugin " + remote);
        return 0;
    }

    /// What the engine calls it: a digest is no name.
    private static String localName(String remote) {
        return switch (Reference.parse(remote)) {
            case Reference.Tagged tagged -> tagged.familiar();
            case Reference.Pinned pinned -> pinned.repository().familiar() + ":" + Reference.DEFAULT_TAG;
        };
    }
}
