package dev.gantry.cli.context;

import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.format.Table;
import java.util.ArrayList;
import java.util.List;

/// Lists the contexts of the docker client. They are made and chosen with `docker context`.
public final class ContextLsCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("context ls", "", "List the docker client's contexts")
                .toggle('q', "quiet", "Only names")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) {
        Contexts contexts = new Contexts(call.caller());
        String current = call.choice().chosenContext(call.caller()).orElse(Contexts.DEFAULT);
        List<List<String>> rows = new ArrayList<>();
        rows.add(row(Contexts.DEFAULT, current, "This machine's own engine", ""));
        contexts.list().forEach(c -> rows.add(row(c.name(), current, c.description(), c.host())));
        if (call.args().on("quiet")) {
            rows.forEach(r -> call.print(r.getFirst().replace(" *", "")));
        } else {
            Table table = new Table().row("NAME\tDESCRIPTION\tDOCKER ENDPOINT");
            rows.forEach(r -> table.row(String.join("\t", r)));
            call.printRaw(table.text());
        }
        return 0;
    }

    private static List<String> row(String name, String current, String description, String host) {
        return List.of(name + (name.equals(current) ? " *" : ""), description, host);
    }
}
