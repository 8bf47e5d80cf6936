package dev.gantry.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.docker.access.AccessRules;
import dev.gantry.docker.guard.Control;
import dev.gantry.docker.system.HostFacts;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.GantryOptions;
import dev.gantry.engine.container.ContainerRoots;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.container.VolumeCopies;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.files.ContainerFiles;
import dev.gantry.engine.files.ContainerLayers;
import dev.gantry.engine.health.Checks;
import dev.gantry.engine.log.Logs;
import dev.gantry.engine.managed.ManagedPlugins;
import dev.gantry.engine.managed.MetricsDoor;
import dev.gantry.engine.network.Networks;
import dev.gantry.engine.observe.Measures;
import dev.gantry.engine.plugin.authz.AuthorizationPlugins;
import dev.gantry.engine.stats.Stats;
import dev.gantry.images.image.Images;
import dev.gantry.images.snapshot.Storage;
import dev.gantry.volume.Volumes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// The routes against those of the Engine API 1.50, whose names are in `engine-routes.txt`.
class RouteTableTest {
    /// Experimental, for debugging, or for browsers: there is no page here.
    private static final Set<String> ABSENT = Set.of("debug", "metrics", "OPTIONS");

    private final DockerApi api = new DockerApi(new EmptyEngine(), HostFacts.read("test"), Clock.systemUTC());

    /// Routes are only made, and those which need no engine asked.
    private record EmptyEngine() implements Gantry {
        @Override
        public void withdrawNetworks(boolean found) {}

        @Override
        public Storage storage() {
            return null;
        }

        @Override
        public Containers containers() {
            return null;
        }

        @Override
        public Execs execs() {
            return null;
        }

        @Override
        public Logs logs() {
            return null;
        }

        @Override
        public Events events() {
            return null;
        }

        @Override
        public Checks checks() {
            return null;
        }

        @Override
        public Stats stats() {
            return null;
        }

        @Override
        public Images images() {
            return null;
        }

        @Override
        public void metricsThrough(MetricsDoor door) {}

        @Override
        public ManagedPlugins plugins() {
            return null;
        }

        @Override
        public AuthorizationPlugins authorization(List<String> names) {
            return null;
        }

        @Override
        public VolumeCopies volumeCopies() {
            return null;
        }

        @Override
        public ContainerFiles files() {
            return null;
        }

        @Override
        public ContainerRoots roots() {
            return null;
        }

        @Override
        public ContainerLayers layers() {
            return null;
        }

        @Override
        public Volumes volumes() {
            return null;
        }

        @Override
        public Networks networks() {
            return null;
        }

        @Override
        public Measures measures() {
            return null;
        }

        @Override
        public GantryOptions options() {
            return GantryOptions.at(Path.of("/"), Path.of("/"), Path.of("/"));
        }

        @Override
        public void close() {}
    }

    private static String plain(String route) {
        return route.replaceAll("\\{[^}]*}", "{}");
    }

    @Test
    void everyOperationOfTheEngineApiHasARouteOrIsKnownToBeAbsent() throws IOException {
        Set<String> ours = new TreeSet<>();
        api.routes().forEach(r -> ours.add(plain(r)));
        Set<String> missing = new TreeSet<>();
        try (InputStream in = RouteTableTest.class.getResourceAsStream("engine-routes.txt")) {
            for (String route : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (ABSENT.stream().noneMatch(route::contains) && !ours.contains(plain(route))) {
                    missing.add(route);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private ApiResponse.Bytes ask(String method, String path) {
        return (ApiResponse.Bytes)
                api.handle(new ApiRequest(method, path, Query.NONE, _ -> null, InputStream.nullInputStream()));
    }

    private static String text(ApiResponse.Bytes answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    /// With a path that fits the pattern, from a caller with one limit; the engine is none, so whatever gets there
    /// fails.
    private int asLimited(String route, String limit) {
        AccessRules rules = AccessRules.parse("{\"rules\":[],\"otherwise\":[\"" + limit + "\"]}");
        DockerApi limited = new DockerApi(
                new EmptyEngine(), HostFacts.read("test"), Clock.systemUTC(), new Control(rules, Optional.empty()));
        String[] parts = route.split(" ");
        var answer = limited.handle(new ApiRequest(
                parts[0],
                plain(parts[1]).replace("{}", "x"),
                Query.NONE,
                _ -> null,
                InputStream.nullInputStream(),
                () -> new Caller.Local(1, 1, 1),
                _ -> {},
                false));
        return switch (answer) {
            case ApiResponse.Bytes b -> b.status();
            case ApiResponse.Empty e -> e.status();
            case ApiResponse.Stream _ -> 200;
            case ApiResponse.Hijack _, ApiResponse.Upgrade _, ApiResponse.WebSocket _ -> 101;
        };
    }

    @Test
    void everyOperationIsJudgedAndWhoMayOnlyReadReachesNoneThatChanges() {
        List<String> open = new ArrayList<>();
        for (String route : api.routes()) {
            if (asLimited(route, "read-only") != 403) {
                open.add(route);
            }
            assertThat(asLimited(route, "nothing") == 403)
                    .as(route + " for a caller to whom nothing is open")
                    .isEqualTo(!route.endsWith(" /_ping"));
        }
        // All others were refused. A new route that only reads comes here, and into the table of operations.
        assertThat(open)
                .allMatch(route -> route.startsWith("GET ")
                        || route.startsWith("HEAD ")
                        || route.equals("POST /containers/{id}/wait"));
        assertThat(open)
                .doesNotContain("GET /containers/{id}/attach/ws", "GET /volumes/{name}/backup", "GET /swarm/unlockkey")
                .contains("GET /containers/json", "GET /containers/{id}/logs", "GET /events");
    }

    @Test
    void whoHasOwnContainersOnlyReachesNothingThatOthersShare() {
        for (String route : List.of(
                "POST /images/load",
                "POST /images/{name...}/tag",
                "DELETE /images/{name...}",
                "POST /images/prune",
                "POST /networks/create",
                "POST /networks/prune",
                "DELETE /networks/{id}",
                "POST /volumes/create",
                "POST /volumes/prune",
                "GET /volumes/{name}/backup",
                "POST /plugins/pull",
                "POST /images/create")) {
            assertThat(api.routes()).contains(route);
            assertThat(asLimited(route, "own-containers")).as(route).isEqualTo(403);
        }
    }

    @Test
    void whatIsNotThereYetSaysSoInWords() {
        for (String route : List.of("POST /build", "POST /v1.41/session")) {
            String[] parts = route.split(" ");
            assertThat(ask(parts[0], parts[1]).status()).as(route).isEqualTo(501);
            assertThat(text(ask(parts[0], parts[1]))).contains("this version of the engine cannot");
        }
        assertThat(ask("POST", "/containers/a/checkpoints").status()).isEqualTo(501);
        assertThat(text(ask("DELETE", "/containers/a/checkpoints/b")))
                .contains("This experimental feature is disabled");
        assertThat(ask("GET", "/swarm").status()).isEqualTo(503);
        assertThat(text(ask("GET", "/services"))).contains("This node is not a swarm manager.");
    }

    @Test
    void anUnknownPathAndAnotherMethodAreNotFound() {
        for (String route : List.of("GET /nope", "PUT /info", "POST /_ping", "GET /", "HEAD /containers/x/json")) {
            String[] parts = route.split(" ");
            assertThat(ask(parts[0], parts[1]).status()).as(route).isEqualTo(404);
            assertThat(text(ask(parts[0], parts[1]))).isEqualTo("{\"message\":\"page not found\"}\n");
        }
    }

    @Test
    void pingSaysWhatClientsNegotiateBy() {
        assertThat(ask("GET", "/_ping").headers()).containsEntry("Builder-Version", "1");
        assertThat(DockerApi.headers("1", false))
                .containsAllEntriesOf(Map.of("Api-Version", "1.50", "Ostype", "linux", "Docker-Experimental", "false"));
    }
}
