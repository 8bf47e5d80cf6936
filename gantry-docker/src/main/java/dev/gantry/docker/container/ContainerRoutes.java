package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.CreateResponse;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.PortsUpdate;
import dev.gantry.api.container.PortsUpdated;
import dev.gantry.api.container.PruneResponse;
import dev.gantry.api.container.TopResponse;
import dev.gantry.api.container.UpdateRequest;
import dev.gantry.api.container.UpdateResponse;
import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.access.Access;
import dev.gantry.docker.access.Surroundings;
import dev.gantry.docker.image.Names;
import dev.gantry.docker.network.ContainerPlaces;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.container.Signals;
import dev.gantry.engine.container.StartOutcome;
import dev.gantry.engine.container.StopOutcome;
import dev.gantry.engine.container.StopRequest;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.files.ContainerLayers;
import dev.gantry.engine.health.Checks;
import dev.gantry.engine.network.Networks;
import dev.gantry.images.image.Images;
import dev.gantry.images.snapshot.RootFs;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// The life of containers, from create to remove, and what can be asked about them.
public final class ContainerRoutes {
    private static final Pattern NAME = Pattern.compile("/?[a-zA-Z0-9][a-zA-Z0-9_.-]+");

    private final Containers containers;
    private final Images images;
    private final Execs execs;
    private final Events events;
    private final Checks checks;
    private final Lookup lookup;
    private final MountPoints mountpoints;
    private final Supplier<Networks> networks;
    private final Supplier<ContainerLayers> layers;
    private final ContainerPlaces places;
    private final Supplier<ContainerDefaults> defaults;
    private final Surroundings around;
    private final Clock clock;

    public ContainerRoutes(Gantry engine, Supplier<ContainerDefaults> defaults, Surroundings around, Clock clock) {
        this.around = around;
        this.defaults = defaults;
        this.containers = engine.containers();
        this.images = engine.images();
        this.execs = engine.execs();
        this.events = engine.events();
        this.checks = engine.checks();
        this.lookup = new Lookup(containers);
        this.mountpoints = MountPoints.over(engine::volumes);
        this.networks = engine::networks;
        this.layers = engine::layers;
        this.places = new ContainerPlaces(networks);
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/containers/create", this::create)
                .add("GET", "/containers/json", this::list)
                .add("GET", "/containers/{id}/json", this::inspect)
                .add("POST", "/containers/{id}/start", this::start)
                .add("POST", "/containers/{id}/stop", this::stop)
                .add("POST", "/containers/{id}/restart", this::restart)
                .add("POST", "/containers/{id}/kill", this::kill)
                .add("POST", "/containers/{id}/pause", this::pause)
                .add("POST", "/containers/{id}/unpause", this::unpause)
                .add("POST", "/containers/{id}/rename", this::rename)
                .add("POST", "/containers/{id}/update", this::update)
                .add("POST", "/containers/{id}/ports", this::ports)
                .add("POST", "/containers/{id}/resize", this::resize)
                .add("GET", "/containers/{id}/top", this::top)
                .add("DELETE", "/containers/{id}", this::remove)
                .add("POST", "/containers/prune", this::prune);
    }

    private ApiResponse create(Call call) {
        CreateRequest request = call.body(CreateRequest.class);
        HostConfig asked = VersionRules.apply(
                request.hostConfig() == null ? HostConfig.builder().build() : request.hostConfig(), call.minor());
        ContainerDefaults usual = defaults.get();
        HostConfig host = usual.shown(asked);
        String name = call.query().text("name");
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            throw DockerError.badParameter(
                    "Invalid container name (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        if (request.image().isEmpty()) {
            throw DockerError.badParameter("no image was named");
        }
        checkPlatform(call.query().text("platform"));
        boolean hasBridge = networks.get().usual().equals("bridge");
        List<String> warnings = HostConfigCheck.check(request, host, call.minor(), hasBridge);
        ContainerSpec spec = CreateTranslation.spec(request, host, usual.hidden(host), this::networkId, call.minor())
                .ownedBy(call.access().owner())
                .withOthers(other -> judged(other, host.networkMode(), call.access()));
        call.access().judge(spec, around);
        Container made = create(name.startsWith("/") ? name.substring(1) : name, spec);
        if (request.tty()
                && host.consoleSize().size() == 2
                && host.consoleSize().getFirst() > 0) {
            containers.resize(
                    made.id(), host.consoleSize().getFirst(), host.consoleSize().getLast());
        }
        return ApiResponse.json(201, new CreateResponse(made.id().hex(), warnings));
    }

    private String networkId(String name) {
        try {
            return networks.get().find(name).id().hex();
        } catch (NotFound | InvalidArgument e) {
            return name; // the engine says so
        }
    }

    /// Another container whose namespaces or volumes it is to have: by the id that was judged, for a name may
    /// mean another one a moment later. That one for its network is not there is told at the start, as by dockerd.
    private String judged(String other, String network, Access access) {
        try {
            Container c = containers.find(other);
            access.judgeShared(c, around);
            return c.id().hex();
        } catch (NotFound e) {
            if (access.limits().isEmpty() && network.equals("container:" + other)) {
                return other;
            }
            throw new DockerError(400, "No such container: " + other, e);
        }
    }

    private Container create(String name, ContainerSpec spec) {
        try {
            return containers.create(name, spec);
        } catch (NotFound e) {
            throw missing(spec, e);
        } catch (Conflict e) {
            throw nameInUse(name, e);
        }
    }

    /// The client pulls the image whenever it reads a 404 here: other things that are not there have another status.
    private DockerError missing(ContainerSpec spec, NotFound e) {
        try {
            images.resolve(spec.image());
        } catch (NotFound noImage) {
            return DockerError.noSuchImage(Names.familiar(spec.image()), e);
        }
        return new DockerError(400, String.valueOf(e.getMessage()), e);
    }

    private RuntimeException nameInUse(String name, Conflict e) {
        try {
            String holder = containers.find(name).id().hex();
            return new DockerError(
                    409,
                    "Conflict. The container name \"/" + name + "\" is already in use by container \"" + holder
                            + "\". You have to remove (or rename) that container to be able to reuse that name.",
                    e);
        } catch (NotFound | InvalidArgument gone) {
            return e;
        }
    }

    private static void checkPlatform(String text) {
        if (text.isEmpty()) {
            return;
        }
        Platform asked = Platform.parse(text);
        Platform host = Platform.host();
        if (!asked.os().equals(host.os()) || !asked.architecture().equals(host.architecture())) {
            throw DockerError.later("the platform " + text + " on a host of " + host);
        }
    }

    private ApiResponse list(Call call) {
        Filters filters = Filters.of(call.query(), ListTranslation.FILTERS);
        long limit = call.query().number("limit", 0);
        boolean everything = call.query().flag("all") || limit > 0;
        List<Container> fitting = ListTranslation.filter(seen(call), filters, everything, lookup, checks, places);
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

    private List<Container> seen(Call call) {
        List<Container> all = containers.list();
        return call.access().seesAll()
                ? all
                : all.stream().filter(call.access()::sees).toList();
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

    private ApiResponse start(Call call) {
        if (!call.query().text("checkpoint").isEmpty()) {
            throw DockerError.badParameter("checkpoint is only supported in experimental mode");
        }
        Container c = lookup.find(call.subject());
        if (c.isPaused()) {
            throw new DockerError(409, "cannot start a paused container, try unpause instead");
        }
        try {
            return containers.start(c.id()) == StartOutcome.STARTED
                    ? ApiResponse.noContent()
                    : new ApiResponse.Empty(304);
        } catch (GantryException e) {
            throw StartFailure.ofStart(
                    e, InspectTranslation.argv(c.spec()), c.spec().command().workingDir());
        }
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
        if (!NAME.matcher(name).matches()) {
            throw DockerError.badParameter("Error when allocating new name: Invalid container name ("
                    + (name.startsWith("/") ? "" : "/") + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        String plain = name.startsWith("/") ? name.substring(1) : name;
        if (plain.equals(c.name())) {
            throw DockerError.badParameter("Renaming a container with the same name as its current name");
        }
        try {
            containers.rename(c.id(), plain);
        } catch (Conflict e) {
            throw nameInUse(plain, e);
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
        for (Container c : seen(call)) {
            boolean ended =
                    !c.isRunning() && !(c.state() instanceof dev.gantry.engine.container.ContainerState.Restarting);
            boolean excluded = filters.all("label!").stream()
                    .anyMatch(label -> Filters.hasLabel(label, c.spec().labels()));
            if (ended
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
