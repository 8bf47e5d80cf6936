package dev.gantry.engine.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.store.InMemoryEngineStore;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.driver.ContainerSockets;
import dev.gantry.network.driver.HostNetworks;
import dev.gantry.network.driver.OverlayPeer;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.model.PoolSpec;
import dev.gantry.network.port.PortRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A firewall that refuses to let go of an endpoint.
class TakedownTest {
    private static final Random RANDOM = new Random(7);
    private static final ContainerId WEB = ContainerId.random(RANDOM);
    private static final ContainerId DB = ContainerId.random(RANDOM);

    private final InMemoryEngineStore store = new InMemoryEngineStore(Clock.systemUTC());
    private final Network front = network("front", "bridge", "10.7.0.0/30");
    private final Network side = network("side", "macvlan", "10.8.0.0/30");
    private final NetworkBook book = new NetworkBook(List.of(front, side), List.of());
    private final Endpoints endpoints =
            new Endpoints(book, store.networks(), Instance.DEFAULT, Clock.systemUTC(), RANDOM);
    private final Stubborn kernel = new Stubborn();
    private final LazyDriver driver = new LazyDriver(true, () -> kernel, book);
    private final Borrowers.Book lent = new Borrowers.Book();
    private final Takedown takedown = new Takedown(driver, endpoints);

    @AfterEach
    void close() {
        endpoints.hostPorts().close();
        store.close();
    }

    private static Network network(String name, String driver, String pool) {
        Subnet block = Subnet.parse(pool);
        Map<String, String> options = driver.equals("macvlan") ? Map.of("parent", "eth0") : Map.of();
        return new Network(
                NetworkId.random(RANDOM),
                Instant.EPOCH,
                NetworkSpec.named(name).withDriver(driver).withOptions(options).withPools(List.of(PoolSpec.of(block))),
                List.of(new Pool(block, block, List.of(block.first().plus(1)), Map.of())));
    }

    @Test
    void nobodyGetsTheAddressOrThePortToWhichRulesStillLead() {
        driver.get();
        book.put(Member.of(WEB, front.id(), EndpointRequest.ANY));
        book.put(Member.of(DB, front.id(), EndpointRequest.ANY));
        endpoints.take(WEB, List.of("web"), PortRequest.parse("127.0.0.1::80"));
        var port = book.attachments(WEB).getFirst().endpoint().ports().getFirst();
        String same = "127.0.0.1:" + port.hostPort() + ":80";

        kernel.refuses = true;
        takedown.end(book.of(WEB), Optional.empty());
        assertThat(book.attachments(WEB)).as("its run is over all the same").isEmpty();
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isTrue();
        takedown.again(DB);
        assertThatThrownBy(() -> endpoints.take(DB, List.of("db"), PortRequest.parse(same)))
                .hasMessageContaining("no available IPv4 addresses");

        kernel.refuses = false;
        takedown.again(DB);
        endpoints.take(DB, List.of("db"), PortRequest.parse(same));
        assertThat(kernel.released).hasSize(1);
        takedown.again(DB);
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isTrue();
    }

    @Test
    void nobodyGetsTheAddressThatSomebodyWhoHoldsTheNamespaceStillUses() {
        driver.get();
        book.put(Member.of(WEB, front.id(), EndpointRequest.ANY));
        endpoints.take(WEB, List.of("web"), List.of());

        kernel.refuses = true;
        kernel.stuck = true;
        lent.lend(WEB, DB);
        takedown.end(book.of(WEB), lent.end(WEB));
        kernel.refuses = false;
        takedown.again(DB);
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isTrue();

        kernel.stuck = false;
        takedown.again(DB);
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isFalse();
    }

    @Test
    void whoStartsWaitsForNoLinkThatHangs() {
        driver.get();
        book.put(Member.of(WEB, front.id(), EndpointRequest.ANY));
        endpoints.take(WEB, List.of("web"), List.of());
        lent.lend(WEB, DB);
        kernel.stuck = true;
        takedown.end(book.of(WEB), lent.end(WEB));
        int before = kernel.waits;
        takedown.again(DB);
        takedown.again(DB);
        assertThat(kernel.waits).isEqualTo(before);
        assertThat(kernel.released).as("its rules are gone once").hasSize(1);
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isTrue();
        kernel.stuck = false;
        takedown.again(DB);
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isFalse();
    }

    @Test
    void anAddressWithoutAPartOnTheHostIsFreeOnceNobodyHoldsItsNamespace() {
        driver.get();
        book.put(Member.of(WEB, side.id(), EndpointRequest.ANY));
        endpoints.take(WEB, List.of("web"), List.of());
        ContainerId third = ContainerId.random(RANDOM);
        lent.lend(WEB, DB);
        lent.lend(DB, third);
        takedown.end(book.of(WEB), lent.end(WEB));
        assertThat(lent.end(DB)).isEmpty();
        lent.lend(WEB, DB); // another run, with another namespace
        takedown.again(DB);
        assertThat(book.addresses(side.id()).holds(Ip.parse("10.8.0.2"))).isTrue();
        lent.end(third);
        takedown.again(DB);
        assertThat(book.addresses(side.id()).holds(Ip.parse("10.8.0.2"))).isFalse();
    }

    @Test
    void theOneWhoseNamespaceItWasHasItsAddressAgain() {
        driver.get();
        book.put(Member.of(WEB, side.id(), EndpointRequest.ANY));
        endpoints.take(WEB, List.of("web"), List.of());
        lent.lend(WEB, DB);
        takedown.end(book.of(WEB), lent.end(WEB));
        takedown.again(DB);
        assertThat(book.addresses(side.id()).holds(Ip.parse("10.8.0.2"))).isTrue();
        takedown.again(WEB);
        assertThat(book.addresses(side.id()).holds(Ip.parse("10.8.0.2"))).isFalse();
    }

    private static final class Stubborn implements HostNetworks {
        boolean refuses;
        boolean stuck;
        int waits;
        final List<EndpointId> released = new ArrayList<>();

        @Override
        public boolean sweep(Collection<EndpointId> endpoints) {
            waits++;
            return !stuck;
        }

        @Override
        public boolean isSwept(Collection<EndpointId> endpoints) {
            return !stuck;
        }

        @Override
        public void release(Collection<EndpointId> over) {
            if (refuses) {
                throw new Unavailable("release networks", "the kernel does not", "try again");
            }
            released.addAll(over);
        }

        @Override
        public void encrypt(EncryptionPlan plan) {}

        @Override
        public void routing(Runnable work) {
            work.run();
        }

        @Override
        public Reconciled reconcile(Collection<Network> networks, Collection<Attachment> running) {
            return new Reconciled(List.of(), List.of());
        }

        @Override
        public void withdraw() {}

        @Override
        public void create(Network network) {}

        @Override
        public void remove(Network network) {}

        @Override
        public void attach(Attachment attachment, EndpointPlan plan, ContainerSockets container) {}

        @Override
        public void detach(EndpointPlan plan, ContainerSockets container) {}

        @Override
        public void publish(Attachment attachment) {}

        @Override
        public void route(SandboxPlan plan, ContainerSockets container) {}

        @Override
        public void peers(Network network, Collection<OverlayPeer> elsewhere, Set<Ip> unheard) {}

        @Override
        public void close() {}
    }
}
