package dev.gantry.docker.container;

import dev.gantry.api.container.PortsUpdate;
import dev.gantry.api.container.PortsUpdated;
import dev.gantry.api.container.PruneResponse;
import dev.gantry.api.container.UpdateRequest;
import dev.gantry.api.container.UpdateResponse;
import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.network.ContainerPlaces;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.container.Signals;
import dev.gantry.engine.container.StartOutcome;
import dev.gantry.engine.container.StopOutcome;
import dev.gantry.engine.container.StopRequest;
import dev.gantry.engine.network.Networks;
import dev.gantry.images.image.Layers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/// The life of containers, from their first start to their removal.
public final class ContainerRoutes {
    private final Containers containers;
    private final Lookup lookup;
    private final Supplier<Networks> networks;
    private final ContainerPlaces places;
    private final CheckpointRoutes checkpoints;
    private final Clock clock;

    public ContainerRoutes(Gantry engine, CheckpointRoutes checkpoints, Clock clock) {
        this.checkpoints = checkpoints;
        this.containers = engine.containers();
        this.lookup = new Lookup(containers);
        this.networks = engine::networks;
        this.places = new ContainerPlaces(networks);
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/containers/{id}/start", this::start)
                .add("POST", "/containers/{id}/stop", this::stop)
                .add("POST", "/containers/{id}/restart", this::restart)
                .add("POST", "/containers/{id}/kill", this::kill)
                .add("POST", "/containers/{id}/pause", this::pause)
                .add("POST", "/containers/{id}/unpause", this::unpause)
                .add("POST", "/containers/{id}/rename", this::rename)
                .add("POST", "/containers/{id}/update", this::update)
                .add("POST", "/containers/{id}/ports", this::ports)
                .add("POST", "/containers/{id}/resize", this::resize)
                .add("DELETE", "/containers/{id}", this::remove)
                .add("POST", "/containers/prune", this::prune);
    }

    private ApiResponse start(Call call) {
        Container c = lookup.find(call.subject());
        if (!call.query().text("checkpoint").isEmpty()) {
            return started(checkpoints.start(call, c));
        }
        if (c.isPaused()) {
            throw new DockerError(409, "cannot start a paused container, try unpause instead");
        }
        try {
            return started(containers.start(c.id()));
        } catch (GantryException e) {
            throw StartFailure.ofStart(
                    e, InspectTranslation.argv(c.spec()), c.spec().command().workingDir());
        }
    }

    private static ApiResponse started(StartOutcome outcome) {
        return outcome == StartOutcome.STARTED ? ApiResponse.noContent() : new ApiResponse.Empty(304);
    }

    private ApiResponse stop(Call call) {
        Container c = lookup.find(call.subject());
        return containers.stop(c.id(), stopRequest(call)) == StopOutcome.ALREADY_STOPPED
                ? new ApiResponse.Empty(304)
                : ApiResponse.noContent();
    }

    private ApiResponse restart(Call call) {
        Container c = lookup.find(call.subject());
        try {
            containers.restart(c.id(), stopRequest(call));
        } catch (GantryException e) {
            throw StartFailure.ofStart(
                    e, InspectTranslation.argv(c.spec()), c.spec().command().workingDir());
        }
        return ApiResponse.noContent();
    }

    private static StopRequest stopRequest(Call call) {
        StopRequest how = StopRequest.DEFAULT;
        if (!call.query().text("signal").isEmpty()) {
            how = how.signal(signal(call.query().text("signal")));
        }
        if (!call.query().text("t").isEmpty()) {
            how = how.timeout(Duration.ofSeconds(call.query().number("t", 10)));
        }
        return how;
    }

    private static int signal(String text) {
        try {
            return Signals.parse(text);
        } catch (InvalidArgument e) {
            throw new DockerError(400, "invalid signal: " + text, e);
        }
    }

    private ApiResponse kill(Call call) {
        Container c;
        int number;
        try {
            c = lookup.find(call.subject());
            number = signal(call.query().text("signal", "SIGKILL"));
        } catch (DockerError e) {
            throw new DockerError(e.status(), "cannot kill container: " + call.subject() + ": " + e.getMessage(), e);
        }
        if (!c.isRunning()) {
            throw new DockerError(
                    409,
                    "cannot kill container: " + call.subject() + ": container " + c.id().hex() + " is not running");
        }
        try {
            containers.kill(c.id(), number);
        } catch (Conflict e) {
            throw new DockerError(409, "cannot kill container: " + call.subject() + ": " + e.getMessage(), e);
        }
        return ApiResponse.noContent();
    }

    private ApiResponse pause(Call call) {
        Container c = lookup.find(call.subject());
        if (!c.isRunning()) {
            throw Lookup.notRunning(c);
        }
        if (c.isPaused()) {
            throw new DockerError(409, "Container " + c.id().hex() + " is already paused");
        }
        containers.pause(c.id());
        return ApiResponse.noContent();
    }

    private ApiResponse unpause(Call call) {
        Container c = lookup.find(call.subject());
        if (!c.isPaused()) {
            // The status is dockerd's.
            throw new DockerError(500, "Container " + c.id().hex() + " is not paused");
        }
        containers.unpause(c.id());
        return ApiResponse.noContent();
    }

    private ApiResponse rename(Call call) {
        Container c = lookup.find(call.subject());
        String name = call.query().text("name");
        if (name.isEmpty()) {
            throw DockerError.badParameter("Neither old nor new names may be empty");
        }
        if (!NewName.fits(name)) {
            throw DockerError.badParameter("Error when allocating new name: Invalid container name ("
                    + (name.startsWith("/") ? "" : "/") + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        String plain = NewName.plain(name);
        if (plain.equals(c.name())) {
            throw DockerError.badParameter("Renaming a container with the same name as its current name");
        }
        try {
            containers.rename(c.id(), plain);
        } catch (Conflict e) {
            throw NewName.taken(containers, plain, e);
        }
        return ApiResponse.noContent();
    }

    private ApiResponse update(Call call) {
        Container c = lookup.find(call.subject());
        UpdateRequest asked = call.body(UpdateRequest.class);
        UpdateTranslation.check(asked);
        containers.update(c.id(), spec -> UpdateTranslation.apply(c, spec, asked));
        return ApiResponse.json(new UpdateResponse(null));
    }

    /// Our own: ports come and go while the container lives. docs/networking.md, "Ports of a running container".
    private ApiResponse ports(Call call) {
        Container c = lookup.find(call.subject());
        PortsUpdate asked = call.body(PortsUpdate.class);
        networks.get().publish(c.id(), Networking.ports(asked.add()), Networking.ports(asked.remove()));
        return ApiResponse.json(new PortsUpdated(places.settings(lookup.find(c.id().hex()), ContainerPlaces.NEWEST)
                .ports()));
    }

    private ApiResponse resize(Call call) {
        Container c = lookup.find(call.subject());
        TerminalSize size = TerminalSize.of(call.query());
        if (!c.isRunning()) {
            throw Lookup.notRunning(c);
        }
        containers.resize(c.id(), size.rows(), size.columns());
        return new ApiResponse.Empty(200);
    }

    private ApiResponse remove(Call call) {
        Container c = lookup.find(call.subject());
        boolean force = call.query().flag("force");
        if (call.query().flag("link")) {
            throw DockerError.later("removing a link");
        }
        if (c.isRunning() && !force) {
            throw stillRunning(c);
        }
        containers.remove(c.id(), force, call.query().flag("v"));
        return ApiResponse.noContent();
    }

    private static DockerError stillRunning(Container c) {
        return new DockerError(
                409,
                "cannot remove container \"" + c.name() + "\": container is "
                        + (c.isPaused()
                                ? "paused and must be unpaused first"
                                : "running: stop the container before removing or force remove"));
    }

    private ApiResponse prune(Call call) {
        Filters filters = Filters.of(call.query(), Set.of("label", "label!", "until"));
        Instant until =
                filters.has("until") ? Times.parse(filters.all("until").getFirst(), clock.instant()) : Instant.MAX;
        List<String> gone = new ArrayList<>();
        for (Container c : lookup.seenBy(call.access())) {
            boolean ended =
                    !c.isRunning() && !(c.state() instanceof dev.gantry.engine.container.ContainerState.Restarting);
            boolean excluded = filters.all("label!").stream()
                    .anyMatch(label -> Filters.hasLabel(label, c.spec().labels()));
            if (ended
                    && !Layers.isLent(c.spec().image()) // its build removes it
                    && !excluded
                    && c.created().isBefore(until)
                    && filters.labels("label", c.spec().labels())) {
                try {
                    containers.remove(c.id(), false);
                    gone.add(c.id().hex());
                } catch (Conflict | NotFound startedOrGone) {
                    // It is in use again, or was removed by another: then it is not ours to prune.
                    continue;
                }
            }
        }
        return ApiResponse.json(new PruneResponse(gone.isEmpty() ? null : gone, 0));
    }
}
