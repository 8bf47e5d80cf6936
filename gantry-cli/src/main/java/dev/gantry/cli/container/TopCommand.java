package dev.gantry.cli.container;

import dev.gantry.api.container.TopResponse;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.format.Table;
import java.util.List;

/// Shows the processes of a container, as `ps` of its host does.
public final class TopCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("top", "CONTAINER [PS OPTIONS]", "Show the processes of a container")
                .stopsAtArgument()
                .takes(1, Integer.MAX_VALUE)
                .example("gantry top web -o pid,comm");
    }

    @Override
    public int run(Invocation call) {
        List<String> words = call.args().arguments();
        TopResponse top = call.engine().top(words.getFirst(), String.join(" ", words.subList(1, words.size())));
        Table table = new Table();
        table.row(String.join("\t", top.titles()));
        top.processes().forEach(p -> table.row(String.join("\t", p)));
        call.printRaw(table.text());
        return 0;
    }
}
