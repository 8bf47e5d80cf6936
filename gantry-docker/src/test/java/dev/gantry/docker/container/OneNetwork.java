package dev.gantry.docker.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.NotFound;
import dev.gantry.engine.container.PortWish;
import dev.gantry.engine.network.Member;
import dev.gantry.engine.network.Networks;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import java.time.Instant;
import java.util.List;

/// An engine's networks when there is none but `none`.
final class OneNetwork implements Networks {
    static final Network NONE = new Network(
            new NetworkId("0a".repeat(32)),
            Instant.EPOCH,
            NetworkSpec.named("none").withDriver("null"),
            List.of());

    @Override
    public Network create(NetworkSpec spec) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Network find(String text) {
        if (text.equals("none")) {
            return NONE;
        }
        throw new NotFound("find network " + text, "there is none", "use none");
    }

    @Override
    public List<Network> list() {
        return List.of(NONE);
    }

    @Override
    public List<Member> members(NetworkId network) {
        return List.of();
    }

    @Override
    public List<Ip> hosts(NetworkId network) {
        return List.of();
    }

    @Override
    public List<String> conflicts(NetworkId network) {
        return List.of();
    }

    @Override
    public List<Joined> of(ContainerId container) {
        return List.of();
    }

    @Override
    public void remove(NetworkId network) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void connect(NetworkId network, ContainerId container, EndpointRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void disconnect(NetworkId network, ContainerId container, boolean force) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void publish(ContainerId container, List<PortWish> add, List<PortWish> remove) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String usual() {
        return "none";
    }
}
