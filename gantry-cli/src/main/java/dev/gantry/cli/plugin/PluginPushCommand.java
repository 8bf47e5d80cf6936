package dev.gantry.cli.plugin;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.image.Login;
import dev.gantry.cli.image.Pull;

/// Brings a plugin to the registry that its name says.
public final class PluginPushCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("plugin push", "PLUGIN[:TAG]", "Bring a plugin to a registry")
                .toggle("disable-content-trust", "Nothing is signed yet, so this changes nothing")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) {
        String name = call.args().argument(0);
        Request request = Request.post("/plugins/" + Request.segment(name) + "/push");
        Pull.follow(call, Login.attach(request, name, call.caller()), "push the plugin");
        return 0;
    }
}
