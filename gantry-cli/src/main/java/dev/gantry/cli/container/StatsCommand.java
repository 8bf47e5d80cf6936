package dev.gantry.cli.container;

import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Response;
import dev.gantry.api.container.ContainerStats;
import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.json.Wire;
import dev.gantry.base.Parallel;
import dev.gantry.cli.Caller;
import dev.gantry.cli.Command;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.OutputClosed;
import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Parsed;
import dev.gantry.cli.format.Listing;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Shows what containers use, once or again and again.
public final class StatsCommand implements Command {
    private static final int AT_A_TIME = 64;
    private static final long BETWEEN_MILLIS = 500;

    // ECMA-48: to the beginning; to the end of the line; to the end of the screen.
    private static final String HOME = "\033[H";
    private static final String REST_OF_LINE = "\033[K";
    private static final String REST_OF_SCREEN = "\033[J";

    @Override
    public CommandLine line() {
        return new CommandLine("stats", "[CONTAINER...]", "Show what containers use, until interrupted")
                .toggle('a', "all", "Show stopped containers too")
                .text("format", "template", "Print with a Go template, 'table TEMPLATE' or 'json'")
                .toggle("no-stream", "Show it once")
                .toggle("no-trunc", "Do not shorten what is printed")
                .takes(0, Integer.MAX_VALUE)
                .example("gantry stats --no-stream --format '{{.Name}} {{.CPUPerc}}'");
    }

    @Override
    public int run(Invocation call) {
        Parsed args = call.args();
        if (args.on("no-stream")) {
            List<ContainerStats> all =
                    Parallel.map(ids(call), AT_A_TIME, id -> call.engine().stats(id));
            call.printRaw(table(args, all));
            return 0;
        }
        try {
            return again(call);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private static int again(Invocation call) throws InterruptedException {
        Parsed args = call.args();
        boolean screen = call.caller().isTerminal(Caller.Stream.OUT);
        Map<String, ContainerStats> latest = new ConcurrentHashMap<>();
        Map<String, Thread> followers = new ConcurrentHashMap<>();
        while (true) {
            List<String> ids = ids(call);
            latest.keySet().retainAll(ids);
            for (String id : ids) {
                followers.computeIfAbsent(
                        id, _ -> Thread.startVirtualThread(() -> follow(call, id, latest, followers)));
            }
            List<ContainerStats> rows = new ArrayList<>();
            ids.stream().filter(latest::containsKey).forEach(id -> rows.add(latest.get(id)));
            if (!rows.isEmpty() || ids.isEmpty()) {
                String text = table(args, rows);
                call.printRaw(screen ? HOME + text.replace("\n", REST_OF_LINE + "\n") + REST_OF_SCREEN : text);
            }
            Thread.sleep(BETWEEN_MILLIS);
        }
    }

    /// Those that were named, which must be there, or those that there are now.
    private static List<String> ids(Invocation call) {
        Parsed args = call.args();
        if (!args.arguments().isEmpty()) {
            return args.arguments().stream()
                    .map(name -> call.engine().inspectContainer(name).id())
                    .distinct()
                    .toList();
        }
        return call.engine().containers(args.on("all"), "", false, "").stream()
                .map(ContainerSummary::id)
                .toList();
    }

    /// Until the container is removed; then, or when the stream breaks, the next round may begin another.
    private static void follow(
            Invocation call, String id, Map<String, ContainerStats> latest, Map<String, Thread> followers) {
        try (Response response = call.engine().statsStream(id);
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                latest.put(id, Wire.json().type(ContainerStats.class).fromJson(line));
            }
        } catch (IOException | EngineError | OutputClosed gone) {
            // As above.
        } finally {
            followers.remove(id);
        }
    }

    private static String table(Parsed args, List<ContainerStats> all) {
        List<Map<String, Object>> rows = new ArrayList<>();
        all.forEach(s -> rows.add(row(s, args.on("no-trunc"))));
        return new Listing(StatsRow.TABLE, StatsRow.HEADERS).print(args.text("format"), rows);
    }

    private static Map<String, Object> row(ContainerStats s, boolean whole) {
        Map<String, Object> row = new LinkedHashMap<>();
        StatsRow.fill(row, s, whole);
        return row;
    }
}
