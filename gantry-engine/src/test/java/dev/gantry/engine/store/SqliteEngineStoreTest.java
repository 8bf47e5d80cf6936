package dev.gantry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.NetworkingSpec;
import dev.gantry.engine.network.Member;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.PublishedPort;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteEngineStoreTest extends EngineStoreContract {
    /// Outlives the single test: the library that was loaded from it stays in use.
    @TempDir
    static Path libraries;

    @TempDir
    Path dir;

    @Override
    EngineStore make(Clock clock) {
        return SqliteEngineStore.open(dir.resolve("gantry.db"), libraries, clock);
    }

    @Test
    void everythingIsThereWhenItIsOpenedAgain() {
        var exit = new Exit(137, true, NOW, "out of memory");
        var a = withState(row("a"), new ContainerState.Running(41, 99, NOW), ran(exit));
        var b = withState(row("b"), new ContainerState.Restarting(exit, NOW.plusSeconds(1)), ran(exit));
        var c = withState(row("c"), new ContainerState.Exited(exit), ran(exit));
        var d = withState(row("d"), new ContainerState.Dead("its files are gone"), ran(exit));
        var e = row("e");
        for (var r : List.of(a, b, c, d, e)) {
            store.containers().insert(r, event("create", r), Durability.PROCESS).await();
        }
        store.images().put("x:1", Digest.sha256("3".repeat(64)));
        var events = store.events().after(0, 100);
        store.close();
        open();
        assertThat(store.containers().load()).containsExactlyInAnyOrder(a, b, c, d, e);
        assertThat(store.events().after(0, 100)).isEqualTo(events);
        assertThat(store.images().find("x:1")).contains(Digest.sha256("3".repeat(64)));
        assertThat(store.events()
                        .publish(dev.gantry.engine.event.Event.Kind.IMAGE, "tag", "x", java.util.Map.of())
                        .sequence())
                .isEqualTo(6);
    }

    @Test
    void anUpdateReplacesTheStateAndTheName() {
        var row = row("a");
        store.containers().insert(row, event("create", row), Durability.POWER).await();
        var exit = new Exit(3, false, NOW, "");
        var changed = withState(row, new ContainerState.Exited(exit), ran(exit));
        store.containers().update(changed, List.of(), Durability.PROCESS).await();
        store.close();
        open();
        assertThat(store.containers().load()).containsExactly(changed);
    }

    @Test
    void networksAndTheirMembersAreThereWhenItIsOpenedAgain() {
        var subnet = Subnet.parse("10.7.0.0/24");
        var reserved = Map.of("printer", Ip.parse("10.7.0.9"));
        var asked = new PoolSpec(subnet, Subnet.parse("10.7.0.128/25"), null, reserved);
        var network = new Network(
                NetworkId.random(new Random(1)),
                NOW,
                NetworkSpec.named("back").withPools(List.of(asked)).withInternal(true),
                List.of(new Pool(subnet, subnet, List.of(Ip.parse("10.7.0.1")), reserved)));
        var request = new EndpointRequest(
                List.of("db"),
                Map.of("www", "web"),
                List.of(Ip.parse("10.7.0.5")),
                List.of(Ip.parse("169.254.1.1")),
                new MacAddress("02:42:0a:07:00:05"),
                Map.of("a", "b"),
                7);
        var waits = new Member(ContainerId.random(new Random(2)), network.id(), request, Optional.empty(), "");
        var container = ContainerId.random(new Random(3));
        var runs = new Member(
                container,
                network.id(),
                EndpointRequest.ANY,
                Optional.of(new Endpoint(
                        EndpointId.random(new Random(4)),
                        network.id(),
                        container,
                        List.of("web", "www.example.org"),
                        EndpointRequest.ANY,
                        List.of(AddressWithPrefix.find("10.7.0.2/24").orElseThrow()),
                        new MacAddress("02:42:0a:07:00:02"),
                        List.of(new PublishedPort(ContainerPort.parse("80/tcp"), Ip.ANY_V4, 8080)))),
                "eth0");
        store.networks().put(network, List.of()).await();
        store.networks()
                .put(List.of(waits, runs), List.of(), Durability.PROCESS)
                .await();
        store.close();
        open();
        assertThat(store.networks().networks()).containsExactly(network);
        assertThat(store.networks().members()).containsExactlyInAnyOrder(waits, runs);
        store.networks()
                .remove(container, List.of(network.id()), List.of(), Durability.PROCESS)
                .await();
        store.networks().remove(network.id(), List.of()).await();
        store.close();
        open();
        assertThat(store.networks().networks()).isEmpty();
        assertThat(store.networks().members()).containsExactly(waits);
    }

    @Test
    void aRowOfBeforeNetworksIsReadAsItWasMeant() throws Exception {
        var row = row("old");
        store.containers().insert(row, event("create", row), Durability.POWER).await();
        store.close();
        try (var c = DriverManager.getConnection("jdbc:sqlite:" + dir.resolve("gantry.db"));
                var s = c.createStatement()) {
            s.execute("DROP TABLE networks");
            s.execute("DROP TABLE members");
            s.execute("PRAGMA user_version=2");
            s.execute("UPDATE containers SET spec=json_set(json_remove(spec, '$.Networking'), '$.Network', 'HOST')");
        }
        open();
        assertThat(store.containers().load().getFirst().spec().network()).isEqualTo(ContainerSpec.Network.HOST);
        assertThat(store.containers().load().getFirst().spec().networking()).isEqualTo(NetworkingSpec.NONE);
        assertThat(store.networks().networks()).isEmpty();
    }

    @Test
    void aNewerFormatIsRefusedInWords() throws Exception {
        Path file = dir.resolve("newer.db");
        try (var c = DriverManager.getConnection("jdbc:sqlite:" + file);
                var s = c.createStatement()) {
            s.execute("PRAGMA user_version=99");
        }
        assertThatThrownBy(() -> SqliteEngineStore.open(file, libraries, Clock.systemUTC()))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("its format is 99");
    }

    @Test
    void theLibraryIsUnpackedOnceAndNotIntoTheTemporaryDirectory() {
        assertThat(System.getProperty("org.sqlite.lib.path")).isNotNull();
        assertThat(Path.of(System.getProperty("java.io.tmpdir")).toFile().list((_, n) -> n.startsWith("sqlite-3.54")))
                .isNullOrEmpty();
    }
}
