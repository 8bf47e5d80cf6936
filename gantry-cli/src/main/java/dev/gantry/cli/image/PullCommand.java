package dev.gantry.cli.image;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;

/// Downloads an image from a registry.
public final class PullCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("pull", "NAME[:TAG|@DIGEST]", "Download an image from a registry")
                .toggle('a', "all-tags", "Download all tags of the repository")
                .text("platform", "os/arch", "Platform of the image")
                .toggle('q', "quiet", "Print only the image's name")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String image = args.argument(0);
        Pull.Show show = args.on("quiet") ? Pull.Show.NOTHING : Pull.Show.ON_OUT;
        if (args.on("all-tags")) {
            if (!Name.of(image).reference().isEmpty()) {
                throw args.wrong("--all-tags takes a repository without a tag, not '" + image + "'");
            }
            Pull.pullAll(call, image, args.text("platform"), show);
        } else {
            Pull.pull(call, image, args.text("platform"), show);
        }
        call.print(full(image, args.on("all-tags")));
        return 0;
    }

    /// The name with what it leaves to be understood.
    static String full(String image, boolean repositoryOnly) {
        Name name = Name.of(image);
        String repository = name.repository();
        if (name.registry().equals("docker.io") && !repository.startsWith("docker.io/")) {
            repository = "docker.io/" + (repository.contains("/") ? repository : "library/" + repository);
        }
        if (repositoryOnly) {
            return repository;
        }
        String reference = name.reference().isEmpty() ? "latest" : name.reference();
        return repository + (reference.contains(":") ? "@" : ":") + reference;
    }
}
