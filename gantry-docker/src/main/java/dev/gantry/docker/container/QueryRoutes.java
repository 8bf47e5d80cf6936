package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.container.TopResponse;
import dev.gantry.base.GantryException;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.network.ContainerPlaces;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.files.ContainerLayers;
import dev.gantry.engine.health.Checks;
import dev.gantry.images.snapshot.RootFs;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What can be asked about containers: lists, all that is known of one, its processes.
public final class QueryRoutes {
    private final Containers containers;
    private final Execs execs;
    private final Events events;
    private final Checks checks;
    private final Lookup lookup;
    private final MountPoints mountpoints;
    private final Supplier<ContainerLayers> layers;
    private final ContainerPlaces places;
    private final Clock clock;

    public QueryRoutes(Gantry engine, Clock clock) {
        this.containers = engine.containers();
        this.execs = engine.execs();
        this.events = engine.events();
        this.checks = engine.checks();
        this.lookup = new Lookup(containers);
        this.mountpoints = MountPoints.over(engine::volumes);
        this.layers = engine::layers;
        this.places = new ContainerPlaces(engine::networks);
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/containers/json", this::list)
                .add("GET", "/containers/{id}/json", this::inspect)
                .add("GET", "/containers/{id}/top", this::top);
    }

    private ApiResponse list(Call call) {
        Filters filters = Filters.of(call.query(), ListTranslation.FILTERS);
        long limit = call.query().number("limit", 0);
        boolean everything = call.query().flag("all") || limit > 0;
        List<Container> fitting =
                ListTranslation.filter(lookup.seenBy(call.access()), filters, everything, lookup, checks, places);
        Instant now = clock.instant();
        List<ContainerSummary> rows = new ArrayList<>();
        for (Container c : fitting) {
            if (limit > 0 && rows.size() >= limit) {
                break;
            }
            ContainerLayers measured = call.query().flag("size") ? layers.get() : null;
            rows.add(ListTranslation.summary(c, now, checks, mountpoints, places, measured, call.minor()));
        }
        return ApiResponse.json(rows);
    }

    private ApiResponse inspect(Call call) {
        Container c = lookup.find(call.subject());
        Optional<ContainerLayers.Sizes> sizes =
                call.query().flag("size") ? Optional.of(layers.get().sizes(c.id())) : Optional.empty();
        return ApiResponse.json(InspectTranslation.inspect(
                c, execs.of(c.id()), checks.of(c.id()), mountpoints, places, root(c), sizes, call.minor()));
    }

    private Optional<RootFs> root(Container c) {
        try {
            return Optional.of(layers.get().places(c.id()));
        } catch (GantryException gone) {
            return Optional.empty();
        }
    }

    private ApiResponse top(Call call) {
        Container c = lookup.find(call.subject());
        if (c.state() instanceof dev.gantry.engine.container.ContainerState.Restarting) {
            throw new DockerError(
                    409, "Container " + c.id().hex() + " is restarting, wait until the container is running");
        }
        if (!c.isRunning()) {
            throw Lookup.notRunning(c);
        }
        List<Integer> pids = containers.processes(c.id());
        String arguments = call.query().text("ps_args", "-ef");
        TopResponse top = HostPs.read(pids, arguments).orElseGet(() -> ProcessTable.read(pids, arguments));
        Map<String, String> attributes = new HashMap<>(c.spec().labels());
        attributes.put("image", c.spec().image());
        attributes.put("name", c.name());
        events.publish(Event.Kind.CONTAINER, "top", c.id().hex(), attributes);
        return ApiResponse.json(top);
    }
}
