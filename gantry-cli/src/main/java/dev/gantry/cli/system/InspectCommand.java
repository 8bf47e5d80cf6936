package dev.gantry.cli.system;

import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Request;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Prints all that the engine knows about containers and images.
public final class InspectCommand implements Command {
    @Override
    public CommandLine line() {
        return new CommandLine(
                        "inspect", "NAME|ID [NAME|ID...]", "Print all there is to know about containers or images")
                .text('f', "format", "template", "Print with a Go template, or 'json'")
                .toggle('s', "size", "Tell how large the files of a container are")
                .text("type", "type", "Look only among these: container or image")
                .takes(1, Integer.MAX_VALUE)
                .example("gantry inspect -f '{{.State.Status}} {{json .HostConfig.Memory}}' web");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        String type = args.text("type");
        if (!List.of("", "container", "image").contains(type)) {
            throw args.wrong("--type is container or image, not '" + type + "'");
        }
        String format = args.text("format");
        Optional<Template> template = format.isEmpty() || format.equals("json")
                ? Optional.empty()
                : Optional.of(Template.parse(Listing.unescape(format)));
        List<String> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : args.arguments()) {
            find(call, name, type).ifPresentOrElse(found::add, () -> missing.add(name));
        }
        if (template.isPresent()) {
            for (String json : found) {
                call.print(template.get().render(fields(Json.read(json))));
            }
        } else {
            String all = "[" + String.join(",", found) + "]";
            call.print(format.isEmpty() ? Json.indent(all, "    ") : all);
        }
        missing.forEach(name ->
                call.note("gantry: inspect " + name + ": there is no " + (type.isEmpty() ? "container or image" : type)
                        + " of this name: see gantry ps -a and gantry images"));
        return missing.isEmpty() ? 0 : 1;
    }

    private static Optional<String> find(Invocation call, String name, String type) {
        List<Request> places = new ArrayList<>();
        if (!type.equals("image")) {
            places.add(Request.get("/containers/" + Request.segment(name) + "/json")
                    .with("size", call.args().on("size")));
        }
        if (!type.equals("container")) {
            places.add(Request.get("/images/" + Request.segment(name) + "/json"));
        }
        for (Request place : places) {
            try {
                return Optional.of(call.engine().raw(place).strip());
            } catch (EngineError e) {
                if (e.status() != 404) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    @SuppressWarnings("unchecked") // the keys of JSON objects are texts
    static Map<String, Object> fields(@Nullable Object json) {
        return json instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }
}
