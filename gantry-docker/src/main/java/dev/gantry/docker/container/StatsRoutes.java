package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerStats;
import dev.gantry.api.json.Wire;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.stats.Reading;
import dev.gantry.engine.stats.Stats;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;

/// What containers use, once or as a stream.
public final class StatsRoutes {
    private final Stats stats;
    private final Lookup lookup;

    public StatsRoutes(Containers containers, Stats stats) {
        this.stats = stats;
        this.lookup = new Lookup(containers);
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/containers/{id}/stats", this::stats);
    }

    private ApiResponse stats(Call call) {
        boolean stream = call.query().flag("stream", true);
        boolean once = call.query().flag("one-shot");
        if (stream && once) {
            throw DockerError.badParameter("cannot have stream=true and one-shot=true");
        }
        Container c = lookup.find(call.subject());
        if (stream) {
            Stats.Watching watching = stats.watch(c.id());
            return new ApiResponse.Stream(ApiResponse.JSON, out -> write(c, watching, out), Map.of(), watching::close);
        }
        Reading reading = once || !c.isRunning() ? new Reading(stats.read(c.id()), Optional.empty()) : second(c);
        return ApiResponse.json(StatsTranslation.stats(c, reading));
    }

    /// The first one with one before it, so that the client has a difference to count with.
    private Reading second(Container c) {
        try (Stats.Watching watching = stats.watch(c.id())) {
            Reading reading = watching.next().orElse(StatsTranslation.NOTHING);
            while (reading.now().isPresent() && reading.before().isEmpty()) {
                reading = watching.next().orElse(StatsTranslation.NOTHING);
            }
            return reading;
        }
    }

    private static void write(Container c, Stats.Watching watching, OutputStream out) throws IOException {
        try (watching) {
            for (var next = watching.next(); next.isPresent(); next = watching.next()) {
                out.write(Wire.json().type(ContainerStats.class).toJsonBytes(StatsTranslation.stats(c, next.get())));
                out.write('\n');
                out.flush();
            }
        }
    }
}
