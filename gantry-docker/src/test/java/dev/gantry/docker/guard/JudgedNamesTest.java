package dev.gantry.docker.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Caller;
import dev.gantry.docker.DockerApi;
import dev.gantry.docker.Query;
import dev.gantry.docker.access.AccessRules;
import dev.gantry.docker.system.HostFacts;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.GantryOptions;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.network.Networks;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import java.io.ByteArrayInputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// A name that means another container each time it is looked up: only what was judged is reached.
class JudgedNamesTest {
    private static final ContainerId OWN = new ContainerId("a".repeat(64));
    private static final ContainerId OTHERS = new ContainerId("b".repeat(64));

    private final List<Object> reached = new ArrayList<>();
    private final List<String> looked = new ArrayList<>();
    private boolean renamed;

    private static Container container(ContainerId id, String owner) {
        Path at = Path.of("/nowhere");
        return new Container(
                id,
                "web",
                ContainerSpec.of("a").args("b").build().ownedBy(owner),
                "sha256:0",
                Instant.EPOCH,
                new ContainerState.Created(),
                new Container.History(Optional.empty(), Optional.empty(), 0, false, ""),
                new Container.Files(at, at, at, at, at));
    }

    private Container find(String text) {
        looked.add(text);
        if (text.equals("web") || text.equals("late")) {
            boolean there = renamed;
            renamed = true;
            if (text.equals("late") && !there) {
                throw new NotFound("find " + text, "it is not there", "look elsewhere");
            }
            return there ? container(OTHERS, "uid:2") : container(OWN, "uid:1");
        }
        return container(new ContainerId(text), text.equals(OWN.hex()) ? "uid:1" : "uid:2");
    }

    private <T> T door(Class<T> type, Map<String, Function<Object[], Object>> methods) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    Function<Object[], Object> one = methods.get(method.getName());
                    return one == null ? null : one.apply(arguments == null ? new Object[0] : arguments);
                }));
    }

    /// The work itself is not done, only noted.
    private RuntimeException note(Object what) {
        reached.add(what);
        return new Unsupported("do it", "this is a test", "leave it");
    }

    private Gantry engine() {
        Containers containers = door(
                Containers.class,
                Map.of(
                        "find", a -> find((String) a[0]),
                        "get", a -> Optional.of(find(a[0].toString())),
                        "create",
                                a -> {
                                    throw note(a[1]);
                                },
                        "remove",
                                a -> {
                                    throw note(a[0]);
                                }));
        Networks networks = door(
                Networks.class,
                Map.of(
                        "usual", _ -> "bridge",
                        "find", _ -> network(),
                        "connect",
                                a -> {
                                    throw note(a[1]);
                                },
                        "disconnect",
                                a -> {
                                    throw note(a[1]);
                                }));
        Map<String, Function<Object[], Object>> all = new HashMap<>();
        all.put(
                "options",
                _ -> GantryOptions.at(Path.of("/nonexistent"), Path.of("/nonexistent"), Path.of("/nonexistent")));
        all.put("containers", _ -> containers);
        all.put("networks", _ -> networks);
        all.put("layers", _ -> {
            throw note(new ContainerId(looked.getLast()));
        });
        return door(Gantry.class, all);
    }

    private static Network network() {
        return new Network(new NetworkId("c".repeat(64)), Instant.EPOCH, NetworkSpec.named("n"), List.of());
    }

    private int ask(String method, String path, String query, String body) {
        AccessRules rules = AccessRules.parse("{\"rules\":[],\"otherwise\":[\"own-containers\"]}");
        var api = new DockerApi(
                engine(), HostFacts.read("test"), Clock.systemUTC(), new Control(rules, Optional.empty()));
        var answer = api.handle(new ApiRequest(
                method,
                path,
                Query.parse(query),
                name -> name.equals("content-type") ? "application/json" : null,
                new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)),
                () -> new Caller.Local(1, 1, 1),
                _ -> {},
                false));
        return ((ApiResponse.Bytes) answer).status();
    }

    @Test
    void aRenameBetweenTheJudgementAndTheRouteReachesNothing() {
        for (String[] asked : new String[][] {
            {"DELETE", "/containers/web", "", ""},
            {"POST", "/commit", "container=web", ""},
            {"POST", "/networks/n/connect", "", "{\"Container\":\"web\"}"},
            {"POST", "/networks/n/disconnect", "", "{\"Container\":\"web\"}"}
        }) {
            renamed = false;
            reached.clear();
            assertThat(ask(asked[0], asked[1], asked[2], asked[3])).as(asked[1]).isEqualTo(501);
            assertThat(reached).as(asked[1]).containsExactly(OWN);
        }
    }

    @Test
    void aContainerSharesWithThoseThatWereJudged() {
        for (String host : List.of(
                "\"NetworkMode\":\"container:web\"",
                "\"NetworkMode\":\"none\",\"PidMode\":\"container:web\"",
                "\"NetworkMode\":\"none\",\"IpcMode\":\"container:web\"",
                "\"NetworkMode\":\"none\",\"VolumesFrom\":[\"web:ro\"]")) {
            renamed = false;
            reached.clear();
            ask("POST", "/containers/create", "", "{\"Image\":\"a\",\"HostConfig\":{" + host + "}}");
            assertThat(reached).as(host).hasSize(1);
            ContainerSpec made = (ContainerSpec) reached.getFirst();
            String named = switch (made.network()) {
                case CONTAINER -> made.networking().container();
                default ->
                    made.isolation().pid()
                            + made.isolation().ipc()
                            + String.join("", made.mounts().from());
            };
            assertThat(named).as(host).contains(OWN.hex()).doesNotContain("web");
        }
    }

    @Test
    void whatIsNotThereIsNotLookedForAgain() {
        for (String[] asked : new String[][] {
            {"DELETE", "/containers/late", "", ""},
            {"POST", "/commit", "container=late", ""},
            {"POST", "/networks/n/connect", "", "{\"Container\":\"late\"}"},
            {"POST", "/networks/n/disconnect", "", "{\"Container\":\"late\",\"Force\":true}"}
        }) {
            renamed = false;
            assertThat(ask(asked[0], asked[1], asked[2], asked[3])).as(asked[1]).isEqualTo(404);
            assertThat(reached).as(asked[1]).isEmpty();
        }
    }
}
