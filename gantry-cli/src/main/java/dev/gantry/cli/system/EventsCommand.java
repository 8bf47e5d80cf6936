package dev.gantry.cli.system;

import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.api.event.Event;
import dev.gantry.api.json.Wire;
import dev.gantry.cli.Command;
import dev.gantry.cli.Filters;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Template;
import dev.gantry.cli.format.Times;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Prints what happens, as it happens.
public final class EventsCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine("events", "", "Print what happens, as it happens")
                .list('f', "filter", "key=value", "Only events with this property")
                .text("format", "template", "Print with a Go template, or 'json'")
                .text("since", "time", "Begin in the past: a time, or a duration such as 10m")
                .text("until", "time", "End at this time")
                .takes(0, 0);
    }

    @Override
    public int run(Invocation call) throws IOException {
        Parsed args = call.args();
        Request request = Request.get("/events")
                .with("since", Times.forEngine(args, "since", call.caller()))
                .with("until", Times.forEngine(args, "until", call.caller()))
                .with("filters", Filters.json(args));
        String format = args.text("format");
        Template template = format.isEmpty() || format.equals("json") ? null : Template.parse(Listing.unescape(format));
        var json = Wire.json().type(Event.class);
        try (Response response = call.engine().http().ask(request);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (line.isBlank()) {
                    continue;
                }
                if (template != null) {
                    call.print(template.render(Inspection.fields(Json.read(line))));
                } else {
                    call.print(format.equals("json") ? line.strip() : inWords(json.fromJson(line), call));
                }
            }
        }
        return 0;
    }

    private static String inWords(Event event, Invocation call) {
        String attributes = new TreeMap<>(event.actor().attributes())
                .entrySet().stream().map(a -> a.getKey() + "=" + a.getValue()).collect(Collectors.joining(", "));
        return Times.stamp(event.time(), event.timeNano(), call.caller().zone()) + " " + event.type() + " "
                + event.action() + " " + event.actor().id() + (attributes.isEmpty() ? "" : " (" + attributes + ")");
    }
}
