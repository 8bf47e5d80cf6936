package dev.gantry.cli.image;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import java.util.List;

/// Brings an image to the registry that its name says.
public final class PushCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("push", "NAME[:TAG]", "Bring an image to a registry")
                .text("platform", "os/arch", "Bring only this platform")
                .toggle('q', "quiet", "Print only the image's name")
                .toggle("disable-content-trust", "Nothing is signed yet, so this changes nothing")
                .notYet(List.of("all-tags"))
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        Name name = Name.of(args.argument(0));
        Request request = Request.post("/images/" + name.repository() + "/push")
                .with("tag", name.reference().isEmpty() ? "latest" : name.reference())
                .with("platform", args.text("platform"));
        Pull.Show show = args.on("quiet") ? Pull.Show.NOTHING : Pull.Show.ON_OUT;
        Pull.run(call, Credentials.attach(request, name, call.caller()), show, "push the image");
        if (args.on("quiet")) {
            call.print(PullCommand.full(args.argument(0), false));
        }
        return 0;
    }
}
