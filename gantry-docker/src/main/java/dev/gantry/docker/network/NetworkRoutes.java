package dev.gantry.docker.network;

import dev.gantry.api.network.NetworkConnect;
import dev.gantry.api.network.NetworkContainer;
import dev.gantry.api.network.NetworkCreate;
import dev.gantry.api.network.NetworkCreated;
import dev.gantry.api.network.NetworkDisconnect;
import dev.gantry.api.network.NetworkSummary;
import dev.gantry.api.network.NetworksPruned;
import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Forbidden;
import dev.gantry.base.NotFound;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.access.Access;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.network.Member;
import dev.gantry.engine.network.Networks;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The life of networks, and who is in them.
public final class NetworkRoutes {
    /// From this version on a listing has no containers.
    private static final int LISTS_WITHOUT_CONTAINERS = 28;

    private final Gantry engine;
    private final Supplier<Map<String, Map<String, String>>> defaults;
    private final Clock clock;

    /// `defaults` are options of new networks, by their drivers.
    public NetworkRoutes(Gantry engine, Supplier<Map<String, Map<String, String>>> defaults, Clock clock) {
        this.defaults = defaults;
        this.engine = engine;
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/networks", this::list)
                .add("GET", "/networks/", this::list)
                .add("POST", "/networks/create", this::create)
                .add("POST", "/networks/prune", this::prune)
                .add("GET", "/networks/{id}", this::inspect)
                .add("DELETE", "/networks/{id}", this::remove)
                .add("POST", "/networks/{id}/connect", this::connect)
                .add("POST", "/networks/{id}/disconnect", this::disconnect);
    }

    private Networks networks() {
        return engine.networks();
    }

    // one network

    private NetworkSpec withDefaults(NetworkSpec spec) {
        Map<String, String> usual = defaults.get().getOrDefault(spec.driver(), Map.of());
        if (usual.isEmpty() || spec.configOnly() || !spec.configFrom().isEmpty()) {
            return spec;
        }
        Map<String, String> all = new HashMap<>(usual);
        all.putAll(spec.options());
        return spec.withOptions(all);
    }

    private ApiResponse create(Call call) {
        NetworkCreate asked = call.body(NetworkCreate.class);
        NetworkSpec spec = NetworkTranslation.spec(asked);
        call.access().judgeNetwork(configured(spec));
        Network made = networks().create(withDefaults(spec));
        return ApiResponse.json(201, new NetworkCreated(made.id().hex(), ""));
    }

    /// With what the configuration network gives it that it names.
    private NetworkSpec configured(NetworkSpec spec) {
        return spec.configFrom().isEmpty()
                ? spec
                : networks().list().stream()
                        .filter(n -> n.name().equals(spec.configFrom()))
                        .findFirst()
                        .map(n -> spec.withIpam(n.spec().ipam())
                                .withOptions(n.spec().options()))
                        .orElse(spec);
    }

    private ApiResponse inspect(Call call) {
        call.query().flag("verbose");
        String scope = call.query().text("scope");
        Network n = find(call.subject());
        if (!scope.isEmpty() && !n.spec().scope().equals(scope)) {
            throw missing(call.subject(), null);
        }
        return ApiResponse.json(NetworkTranslation.wire(
                n, containers(n, call.access()), networks().hosts(n.id()), conflicts(n, call)));
    }

    private ApiResponse remove(Call call) {
        Network n = find(call.subject());
        try {
            networks().remove(n.id());
        } catch (Conflict e) {
            throw new DockerError(403, String.valueOf(e.getMessage()), e);
        }
        return ApiResponse.noContent();
    }

    private ApiResponse connect(Call call) {
        NetworkConnect asked = call.body(NetworkConnect.class);
        Network n = find(call.subject());
        Container c = container(call.named(asked.container()));
        networks().connect(n.id(), c.id(), EndpointTranslation.request(asked.endpointConfig()));
        return new ApiResponse.Empty(200);
    }

    private ApiResponse disconnect(Call call) {
        NetworkDisconnect asked = call.body(NetworkDisconnect.class);
        Network n = find(call.subject());
        networks().disconnect(n.id(), member(n, call.named(asked.container()), asked.force()), asked.force());
        return new ApiResponse.Empty(200);
    }

    /// With force also one that is not there any more, by the name it had.
    private ContainerId member(Network n, String name, boolean force) {
        try {
            return engine.containers().find(name).id();
        } catch (NotFound e) {
            return networks().members(n.id()).stream()
                    .filter(m -> force && m.container().hex().startsWith(name))
                    .map(Member::container)
                    .findFirst()
                    .orElseThrow(() -> DockerError.noSuchContainer(name, e));
        }
    }

    private Container container(String text) {
        try {
            return engine.containers().find(text);
        } catch (NotFound e) {
            throw DockerError.noSuchContainer(text, e);
        }
    }

    private Network find(String text) {
        try {
            return networks().find(text);
        } catch (NotFound e) {
            throw missing(text, e);
        }
    }

    private static DockerError missing(String text, @org.jspecify.annotations.Nullable NotFound cause) {
        String words = "network " + text + " not found";
        return cause == null ? new DockerError(404, words) : new DockerError(404, words, cause);
    }

    /// They name containers of others.
    private List<String> conflicts(Network n, Call call) {
        return call.access().seesAll() ? networks().conflicts(n.id()) : List.of();
    }

    private Map<String, NetworkContainer> containers(Network n, Access access) {
        Map<String, NetworkContainer> all = new TreeMap<>();
        if (Drivers.isPredefined(n.name()) && !n.driver().equals(Drivers.BRIDGE)) {
            ContainerSpec.Network kind =
                    n.driver().equals(Drivers.HOST) ? ContainerSpec.Network.HOST : ContainerSpec.Network.NONE;
            for (Container c : engine.containers().list()) {
                if (c.isRunning() && c.spec().network() == kind && access.sees(c)) {
                    all.put(c.id().hex(), new NetworkContainer(c.name(), "", "", "", ""));
                }
            }
            return all;
        }
        for (Member m : networks().members(n.id())) {
            Optional<Container> who = engine.containers().get(m.container());
            if (!access.seesAll() && !who.map(access::sees).orElse(false)) {
                continue;
            }
            m.endpoint().ifPresent(e -> {
                String name = who.map(Container::name).orElse("");
                all.put(m.container().hex(), NetworkTranslation.container(name, e));
            });
        }
        return all;
    }

    // many

    private ApiResponse list(Call call) {
        Filters f = Filters.of(
                call.query(), Set.of("dangling", "driver", "id", "label", "name", "partial-id-match", "scope", "type"));
        for (String type : f.all("type")) {
            if (!type.equals("custom") && !type.equals("builtin")) {
                throw DockerError.badParameter("invalid filter: 'type'='" + type + "'");
            }
        }
        boolean asksDangling = f.has("dangling");
        boolean dangling = f.flag("dangling", false);
        List<NetworkSummary> rows = new ArrayList<>();
        for (Network n : networks().list()) {
            boolean builtIn = Drivers.isPredefined(n.name());
            boolean fits = f.any("name", name -> n.name().contains(name))
                    && f.any("id", id -> n.id().hex().startsWith(id))
                    && f.any("driver", driver -> n.driver().equals(driver))
                    && f.any("scope", scope -> n.spec().scope().equals(scope))
                    && f.any("type", type -> type.equals("builtin") == builtIn)
                    && f.labels("label", n.spec().labels());
            if (fits && (!asksDangling || isDangling(n) == dangling)) {
                rows.add(NetworkTranslation.wire(
                        n,
                        call.since(LISTS_WITHOUT_CONTAINERS) ? Map.of() : containers(n, call.access()),
                        List.of(),
                        List.of()));
            }
        }
        return ApiResponse.json(rows);
    }

    private boolean isDangling(Network n) {
        return !Drivers.isPredefined(n.name())
                && networks().members(n.id()).stream()
                        .allMatch(m -> m.endpoint().isEmpty());
    }

    /// Unlike Docker's, those of containers that do not run stay: these could not start any more.
    private ApiResponse prune(Call call) {
        Filters filters = Filters.of(call.query(), Set.of("label", "label!", "until"));
        Instant until =
                filters.has("until") ? Times.parse(filters.all("until").getFirst(), clock.instant()) : Instant.MAX;
        List<String> gone = new ArrayList<>();
        for (Network n : networks().list()) {
            Map<String, String> labels = n.spec().labels();
            boolean excluded = filters.all("label!").stream().anyMatch(label -> Filters.hasLabel(label, labels));
            boolean wanted = !Drivers.isPredefined(n.name())
                    && !n.spec().configOnly()
                    && !excluded
                    && n.created().isBefore(until)
                    && filters.labels("label", labels)
                    && networks().members(n.id()).isEmpty();
            if (!wanted) {
                continue;
            }
            try {
                networks().remove(n.id());
                gone.add(n.name());
            } catch (Conflict | Forbidden | NotFound takenOrGone) {
                // It is used again, or was removed by another: then it is not ours to prune.
                continue;
            }
        }
        engine.events().publish(Event.Kind.NETWORK, "prune", "", Map.of("reclaimed", "0"));
        return ApiResponse.json(new NetworksPruned(gone.isEmpty() ? null : gone));
    }
}
