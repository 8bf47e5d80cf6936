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
    private final Network front = network();
    private final NetworkBook book = new NetworkBook(List.of(front), List.of());
    private final Endpoints endpoints =
            new Endpoints(book, store.networks(), Instance.DEFAULT, Clock.systemUTC(), RANDOM);
    private final Stubborn kernel = new Stubborn();
    private final LazyDriver driver = new LazyDriver(true, () -> kernel, book);
    private final Takedown takedown = new Takedown(driver, endpoints);

    @AfterEach
    void close() {
        endpoints.hostPorts().close();
        store.close();
    }

    private static Network network() {
        Subnet block = Subnet.parse("10.7.0.0/30");
        return new Network(
                NetworkId.random(RANDOM),
                Instant.EPOCH,
                NetworkSpec.named("front").withPools(List.of(PoolSpec.of(block))),
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
        takedown.end(book.of(WEB), false);
        assertThat(book.attachments(WEB)).as("its run is over all the same").isEmpty();
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isTrue();
        takedown.again();
        assertThatThrownBy(() -> endpoints.take(DB, List.of("db"), PortRequest.parse(same)))
                .hasMessageContaining("no available IPv4 addresses");

        kernel.refuses = false;
        takedown.again();
        endpoints.take(DB, List.of("db"), PortRequest.parse(same));
        assertThat(kernel.released).hasSize(1);
        takedown.again();
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isTrue();
    }

    @Test
    void nobodyGetsTheAddressThatSomebodyWhoHoldsTheNamespaceStillUses() {
        driver.get();
        book.put(Member.of(WEB, front.id(), EndpointRequest.ANY));
        endpoints.take(WEB, List.of("web"), List.of());

        kernel.refuses = true;
        kernel.stuck = true;
        takedown.end(book.of(WEB), true);
        kernel.refuses = false;
        takedown.again();
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isTrue();

        kernel.stuck = false;
        takedown.again();
        assertThat(book.addresses(front.id()).holds(Ip.parse("10.7.0.2"))).isFalse();
    }

    private static final class Stubborn implements HostNetworks {
        boolean refuses;
        boolean stuck;
        final List<EndpointId> released = new ArrayList<>();

        @Override
        public boolean sweep(Collection<EndpointId> endpoints) {
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
