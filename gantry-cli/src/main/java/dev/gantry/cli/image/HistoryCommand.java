package dev.gantry.cli.image;

import dev.gantry.api.image.HistoryItem;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Shows the steps in which an image was made.
public final class HistoryCommand implements Command {
    private static final String TABLE = "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
    private static final Map<String, String> HEADERS = Map.of(
            "ID", "IMAGE",
            "CreatedSince", "CREATED",
            "CreatedAt", "CREATED AT",
            "CreatedBy", "CREATED BY",
            "Size", "SIZE",
            "Comment", "COMMENT");

    @Override
    public CommandLine line() {
        return new CommandLine("history", "IMAGE", "Show the steps in which an image was made")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .toggle('H', "human", "Print sizes and times in words (true)")
                .toggle("no-trunc", "Do not shorten what is printed")
                .text("platform", "os/arch", "Platform of the image")
                .toggle('q', "quiet", "Print only ids")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        List<HistoryItem> steps = call.engine().history(args.argument(0), args.text("platform"));
        boolean whole = args.on("no-trunc");
        if (args.on("quiet") && args.text("format").isEmpty()) {
            steps.forEach(s -> call.print(whole ? s.id() : Words.shortId(s.id())));
            return 0;
        }
        List<Map<String, Object>> rows = new ArrayList<>();
        steps.forEach(s -> rows.add(row(s, whole, args.on("human", true), call.caller())));
        call.printRaw(new Listing(TABLE, HEADERS).print(args.text("format"), rows));
        return 0;
    }

    private static Map<String, Object> row(HistoryItem step, boolean whole, boolean human, Caller caller) {
        Map<String, Object> row = new LinkedHashMap<>();
        String by = step.createdBy().replace('\t', ' ');
        row.put("ID", whole ? step.id() : Words.shortId(step.id()));
        row.put("CreatedAt", Words.stamp(step.created(), caller.zone()));
        row.put("CreatedSince", human ? Words.ago(caller.now(), step.created()) : row.get("CreatedAt"));
        row.put("CreatedBy", whole ? by : Words.shorten(by, 45));
        row.put("Size", human ? Words.size(step.size()) : Long.toString(step.size()));
        row.put("Comment", step.comment());
        return row;
    }
}
