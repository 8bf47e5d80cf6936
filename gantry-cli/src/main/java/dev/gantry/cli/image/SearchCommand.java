package dev.gantry.cli.image;

import dev.gantry.api.client.Request;
import dev.gantry.api.image.SearchResult;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Asks the index of a registry for images.
public final class SearchCommand implements Command {
    private static final String TABLE = "{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}";
    private static final int DESCRIPTION = 45;
    private static final Map<String, String> HEADERS = Map.of(
            "Name", "NAME",
            "Description", "DESCRIPTION",
            "StarCount", "STARS",
            "IsOfficial", "OFFICIAL",
            "IsAutomated", "AUTOMATED");

    @Override
    public CommandLine line() {
        return new CommandLine("search", "[REGISTRY/]TERM", "Search the index of a registry for images")
                .list('f', "filter", "key=value", "Only is-official=true or stars=N")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .text("limit", "number", "How many at most (25)")
                .toggle("no-trunc", "Do not shorten what is printed")
                .takes(1, 1);
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String term = args.argument(0);
        Request request = Request.get("/images/search")
                .with("term", term)
                .with("limit", args.text("limit"))
                .with("filters", Filters.json(args));
        List<Map<String, Object>> rows = new ArrayList<>();
        for (SearchResult found : call.engine().search(Credentials.attach(request, Name.of(term), call.caller()))) {
            rows.add(row(found, args.on("no-trunc")));
        }
        call.printRaw(new Listing(TABLE, HEADERS).print(args.text("format"), rows));
        return 0;
    }

    private static Map<String, Object> row(SearchResult found, boolean whole) {
        Map<String, Object> row = new LinkedHashMap<>();
        String description = printable(found.description());
        row.put("Name", printable(found.name()));
        row.put("Description", whole ? description : Words.shorten(description, DESCRIPTION));
        row.put("StarCount", Integer.toString(found.stars()));
        row.put("IsOfficial", found.official() ? "[OK]" : "");
        row.put("IsAutomated", "");
        return row;
    }

    /// The words are a stranger's: they end no line and move no cursor.
    private static String printable(String words) {
        return words.replaceAll("\\p{Cntrl}", " ");
    }
}
