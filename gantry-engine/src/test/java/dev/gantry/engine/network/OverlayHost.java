package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.EndpointWish;
import dev.gantry.engine.network.overlay.OverlayDirectory;
import dev.gantry.engine.store.EngineStore;
import dev.gantry.linux.Linux;
import dev.gantry.network.address.AddressWithPrefix;
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
import dev.gantry.network.model.PoolSpec;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// A host with everything of its networks but the kernel.
final class OverlayHost implements AutoCloseable {
    private static final Clock CLOCK = Clock.systemUTC();

    final Ip ip;
    private final EngineStore store;
    private final Random random;
    private final NetworkEngine engine;

    OverlayHost(Ip ip, OverlayDirectory directory, EngineStore store) {
        this.ip = ip;
        this.store = store;
        this.random = new Random(ip.hashCode());
        this.engine = NetworkEngine.open(
                store.networks(),
                Linux.host(),
                Instance.DEFAULT,
                new NetworkEngine.Driving(true, Kernel::new),
                ForeignNetworks.NONE,
                directory,
                NetworkDefaults.NONE,
                ip.toString(),
                CLOCK,
                random);
    }

    Networks networks() {
        return engine.networks();
    }

    static NetworkSpec overlay(String name, String subnet) {
        return new NetworkSpec(
                name,
                "overlay",
                "",
                true,
                false,
                false,
                true,
                false,
                false,
                "",
                new NetworkSpec.Ipam("", List.of(PoolSpec.of(Subnet.parse(subnet))), Map.of()),
                Map.of(),
                Map.of());
    }

    boolean has(NetworkId network) {
        return networks().list().stream().anyMatch(n -> n.id().equals(network));
    }

    /// A container in a network, as far as its addresses.
    ContainerId start(String name, String network) {
        return start(name, network, EndpointRequest.ANY);
    }

    ContainerId start(String name, String network, EndpointRequest request) {
        var id = ContainerId.random(random);
        var of = engine.ofContainers();
        var asked = ContainerSpec.of("dir:/")
                .network(ContainerSpec.Network.NETWORKS)
                .networking(dev.gantry.engine.container.NetworkingSpec.NONE.with(
                        List.of(EndpointWish.of(network, request))))
                .build();
        ContainerSpec spec = of.resolved(asked);
        of.join(id, spec);
        of.begin(id, name, spec);
        return id;
    }

    void end(ContainerId id) {
        engine.ofContainers().forget(id);
    }

    /// Of its containers in the network.
    List<Ip> addresses(NetworkId network) {
        return networks().members(network).stream()
                .flatMap(m -> m.endpoint().stream())
                .flatMap(e -> e.addresses().stream())
                .map(AddressWithPrefix::address)
                .toList();
    }

    EngineStore store() {
        return store;
    }

    @Override
    public void close() {
        engine.close();
    }

    /// A kernel without links.
    private static final class Kernel implements HostNetworks {
        @Override
        public void peers(Network network, Collection<OverlayPeer> elsewhere, Set<Ip> unheard) {}

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
        public boolean sweep(Collection<EndpointId> endpoints) {
            return true;
        }

        @Override
        public boolean isSwept(Collection<EndpointId> endpoints) {
            return true;
        }

        @Override
        public void release(Collection<EndpointId> over) {}

        @Override
        public void publish(Attachment attachment) {}

        @Override
        public void route(SandboxPlan plan, ContainerSockets container) {}

        @Override
        public void close() {}
    }
}
