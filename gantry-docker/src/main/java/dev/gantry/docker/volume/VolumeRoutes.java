package dev.gantry.docker.volume;

import dev.gantry.api.volume.VolumeCreate;
import dev.gantry.api.volume.VolumeList;
import dev.gantry.api.volume.VolumeUsage;
import dev.gantry.api.volume.VolumesPruned;
import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Parallel;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Query;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.event.Event;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeDriver;
import dev.gantry.volume.VolumeDrivers;
import dev.gantry.volume.VolumeRequest;
import dev.gantry.volume.Volumes;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The life of volumes, from create to prune.
public final class VolumeRoutes {
    /// The label by which clients know a volume that nobody named.
    private static final String ANONYMOUS = "com.docker.volume.anonymous";

    /// From this version on a prune takes anonymous volumes only, unless all are asked for.
    private static final int PRUNES_ANONYMOUS = 42;

    private static final int MEASURED_AT_ONCE = 8;

    private final Gantry engine;

    public VolumeRoutes(Gantry engine) {
        this.engine = engine;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/volumes", this::list)
                .add("POST", "/volumes/create", this::create)
                .add("POST", "/volumes/prune", this::prune)
                .add("GET", "/volumes/{name}", this::inspect)
                .add("DELETE", "/volumes/{name}", this::remove);
        new CopyRoutes(engine).addTo(routes);
    }

    private Volumes volumes() {
        return engine.volumes();
    }

    private ApiResponse create(Call call) {
        VolumeCreate asked = call.bodyOr(VolumeCreate.class, VolumeCreate.NOTHING);
        if (asked.clusterVolumeSpec() != null) {
            throw new DockerError(
                    503, "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\"");
        }
        call.access().judgeVolume("create a volume", asked.driverOpts());
        Volume made =
                volumes().create(new VolumeRequest(asked.name(), asked.labels(), asked.driverOpts(), asked.driver()));
        return ApiResponse.json(201, wire(made, null));
    }

    private ApiResponse list(Call call) {
        Filters filters = Filters.of(call.query(), Set.of("dangling", "driver", "label", "name"));
        boolean asksDangling = filters.has("dangling");
        boolean dangling = filters.flag("dangling", false);
        List<dev.gantry.api.volume.Volume> rows = new ArrayList<>();
        for (Volume v : volumes().list()) {
            if (filters.any("name", name -> v.name().contains(name))
                    && filters.any("driver", driver -> driver.equals(v.driver()))
                    && filters.labels("label", labels(v))
                    && (!asksDangling || volumes().users(v.name()).isEmpty() == dangling)) {
                rows.add(wire(v, null));
            }
        }
        VolumeDrivers.Foreign foreign = volumes().foreign();
        foreign.volumes().forEach((driver, kept) -> {
            for (VolumeDriver.Kept k : kept) {
                if (filters.any("name", name -> k.name().contains(name))
                        && filters.any("driver", driver::equals)
                        && filters.labels("label", Map.of())
                        && (!asksDangling || dangling)) {
                    rows.add(wire(driver, k));
                }
            }
        });
        return ApiResponse.json(new VolumeList(rows, foreign.problems().isEmpty() ? null : foreign.problems()));
    }

    /// One that nobody made here.
    private static dev.gantry.api.volume.Volume wire(String driver, VolumeDriver.Kept kept) {
        return new dev.gantry.api.volume.Volume(
                kept.createdAt().isEmpty() ? null : kept.createdAt(),
                driver,
                null,
                kept.mountpoint(),
                kept.name(),
                null,
                "",
                kept.status().isEmpty() ? null : kept.status(),
                null);
    }

    private ApiResponse inspect(Call call) {
        String name = call.subject();
        if (volumes().find(name).isEmpty()) {
            for (var kept : volumes().foreign().volumes().entrySet()) {
                for (VolumeDriver.Kept k : kept.getValue()) {
                    if (k.name().equals(name)) {
                        return ApiResponse.json(wire(kept.getKey(), k));
                    }
                }
            }
        }
        Volume v = find(name);
        return ApiResponse.json(v.isLocal() ? wire(v, null) : told(v));
    }

    /// With what its driver knows of it; one that fails is an error of this volume only.
    private dev.gantry.api.volume.Volume told(Volume v) {
        var stored = wire(v, null);
        VolumeDriver.Kept kept = volumes()
                .kept(v)
                .orElseThrow(() -> new DockerError(
                        404, "get " + v.name() + ": its driver " + v.driver() + " does not know it any more"));
        return new dev.gantry.api.volume.Volume(
                kept.createdAt().isEmpty() ? stored.createdAt() : kept.createdAt(),
                stored.driver(),
                stored.labels(),
                kept.mountpoint(),
                stored.name(),
                stored.options(),
                volumes().scope(v.driver()),
                kept.status().isEmpty() ? null : kept.status(),
                null);
    }

    private Volume find(String name) {
        return volumes().find(name).orElseThrow(() -> new DockerError(404, "get " + name + ": no such volume"));
    }

    private ApiResponse remove(Call call) {
        boolean force = call.query().flag("force");
        if (volumes().find(call.subject()).isEmpty() && force) {
            return ApiResponse.noContent();
        }
        find(call.subject());
        try {
            if (call.query().has("lastUse")) {
                volumes().removeUnchanged(call.subject(), lastUse(call.query()));
            } else {
                volumes().remove(call.subject(), force);
            }
        } catch (Conflict e) {
            throw new DockerError(409, e.what() + ": " + e.why(), e);
        }
        return ApiResponse.noContent();
    }

    private static long lastUse(Query query) {
        if (query.text("lastUse").isEmpty()) {
            throw new InvalidArgument(
                    "read the parameter lastUse",
                    "it is empty",
                    "send the header Gantry-Last-Use of a backup, or leave it out");
        }
        return query.number("lastUse", 0);
    }

    private ApiResponse prune(Call call) {
        Filters filters = Filters.of(call.query(), Set.of("all", "label", "label!"));
        boolean all = filters.flag("all", !call.since(PRUNES_ANONYMOUS));
        List<String> gone = new ArrayList<>();
        long bytes = 0;
        for (Volume v : volumes().list()) {
            boolean excluded = filters.all("label!").stream().anyMatch(label -> Filters.hasLabel(label, labels(v)));
            boolean wanted = v.isLocal() && (all || v.anonymous()) && !excluded && filters.labels("label", labels(v));
            if (!wanted || !volumes().users(v.name()).isEmpty()) {
                continue;
            }
            try {
                long size = volumes().bytes(v.name());
                volumes().remove(v.name());
                gone.add(v.name());
                bytes += Math.max(size, 0);
            } catch (Conflict | NotFound takenOrGone) {
                // It is held again, or was removed by another: then it is not ours to prune.
                continue;
            }
        }
        engine.events().publish(Event.Kind.VOLUME, "prune", "", Map.of("reclaimed", Long.toString(bytes)));
        return ApiResponse.json(new VolumesPruned(gone.isEmpty() ? null : gone, bytes));
    }

    /// All volumes with their sizes, for `GET /system/df`.
    public static List<dev.gantry.api.volume.Volume> usage(Volumes volumes) {
        // Beside each other: one on a file system that hangs takes a while to be left out.
        return Parallel.map(volumes.list(), MEASURED_AT_ONCE, v -> {
            long bytes = volumes.bytes(v.name());
            return wire(
                    volumes, v, new VolumeUsage(bytes, volumes.users(v.name()).size()));
        });
    }

    private dev.gantry.api.volume.Volume wire(Volume v, @Nullable VolumeUsage usage) {
        return wire(volumes(), v, usage);
    }

    static dev.gantry.api.volume.Volume wire(Volumes volumes, Volume v, @Nullable VolumeUsage usage) {
        Map<String, String> labels = labels(v);
        return new dev.gantry.api.volume.Volume(
                v.created().truncatedTo(ChronoUnit.SECONDS).toString(),
                v.driver(),
                labels.isEmpty() ? null : labels,
                volumes.mountpoint(v.name()).toString(),
                v.name(),
                v.options().isEmpty() ? null : v.options(),
                "local",
                null,
                usage);
    }

    private static Map<String, String> labels(Volume v) {
        if (!v.anonymous()) {
            return v.labels();
        }
        Map<String, String> labels = new LinkedHashMap<>(v.labels());
        labels.put(ANONYMOUS, "");
        return labels;
    }
}
