package dev.gantry.cli.container;

import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.image.Repositories;

/// Makes an image of what a container has written.
public final class CommitCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("commit", "CONTAINER [NAME[:TAG]]", "Make an image of a container")
                .text('a', "author", "text", "Who made it")
                .list('c', "change", "instruction", "Set the image's configuration: CMD, ENTRYPOINT, ENV, USER, …")
                .text('m', "message", "text", "Comment in the image's history")
                .toggle('p', "pause", "Let the container stand still meanwhile; it does unless =false")
                .takes(1, 2)
                .example("gantry commit -c 'CMD [\"nginx\"]' web my-web:1");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String name = args.arguments().size() > 1 ? args.argument(1) : "";
        Request request = Request.post("/commit")
                .with("container", args.argument(0))
                .with("repo", Repositories.repository(name))
                .with("tag", Repositories.tag(name))
                .with("author", args.text("author"))
                .with("comment", args.text("message"))
                .with("pause", Boolean.toString(args.on("pause", true)));
        for (String change : args.list("change")) {
            request = request.with("changes", change);
        }
        call.print(call.engine().commit(request));
        return 0;
    }
}
