package dev.gantry.cli.system;

import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Request;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Json;
import dev.gantry.cli.format.Listing;
import dev.gantry.cli.format.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What all inspect commands share: the flag `--format`, and words for what was not found.
public final class Inspection {
    private Inspection() {}

    /// Prints what `find` has for each argument; `kinds` says in words what was looked for.
    public static int print(Invocation call, String kinds, Function<String, Optional<String>> find) {
        Parsed args = call.args();
        String format = args.text("format");
        Optional<Template> template = format.isEmpty() || format.equals("json")
                ? Optional.empty()
                : Optional.of(Template.parse(Listing.unescape(format)));
        List<String> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : args.arguments()) {
            find.apply(name).ifPresentOrElse(found::add, () -> missing.add(name));
        }
        if (template.isPresent()) {
            for (String json : found) {
                call.print(template.get().render(fields(Json.read(json))));
            }
        } else {
            String all = "[" + String.join(",", found) + "]";
            call.print(format.isEmpty() ? Json.indent(all, "    ") : all);
        }
        missing.forEach(name -> call.note("gantry: inspect " + name + ": there is no " + kinds
                + " of this name: see the lists, such as gantry ps -a"));
        return missing.isEmpty() ? 0 : 1;
    }

    /// The first answer that is not a 404.
    public static Optional<String> first(Invocation call, List<Request> places) {
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
