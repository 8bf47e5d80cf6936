package dev.gantry.cli.plugin;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import java.io.IOException;
import java.io.InputStream;

/// Makes a plugin of a directory.
public final class PluginCreateCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine(
                        "plugin create",
                        "PLUGIN DIRECTORY",
                        "Make a plugin of a directory with config.json and rootfs/")
                .toggle("compress", "Not needed: the engine is on this host, or near")
                .takes(2, 2);
    }

    @Override
    public int run(Invocation call) throws IOException {
        String name = call.args().argument(0);
        try (InputStream tar = call.caller().archive(call.args().argument(1))) {
            call.engine().createPlugin(name, tar);
        }
        call.print(name);
        return 0;
    }
}
