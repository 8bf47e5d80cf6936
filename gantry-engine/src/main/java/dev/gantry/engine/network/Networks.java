package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.PortWish;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import java.util.List;

/// All networks of one data root, and who is in them. `bridge`, `host` and `none` are always there. Each change is
/// durable on return.
///
/// ```java
/// Network front = networks.create(NetworkSpec.named("front"));
/// networks.connect(front.id(), web, EndpointRequest.ANY);
/// ```
public interface Networks {
    /// [dev.gantry.base.Conflict] when there is one of this name; refused, in three parts, when it makes no sense.
    Network create(NetworkSpec spec);

    /// By whole id, name, or unambiguous beginning of an id, in this order.
    Network find(String text);

    /// By name.
    List<Network> list();

    /// Who is in it, running or not. Those of `host` and `none` are not noted.
    List<Member> members(NetworkId network);

    /// The hosts on which somebody is in it, as far as this one knows, and itself among them; none for a
    /// network that is not shared.
    List<Ip> hosts(NetworkId network);

    /// What other hosts have that does not go together with it, in words; none for a network that is not shared and
    /// has no
    /// name that another host shares.
    List<String> conflicts(NetworkId network);

    /// The networks a container is in, in the order it joined them.
    List<Joined> of(ContainerId container);

    /// [dev.gantry.base.Conflict] while a container has an endpoint in it; [dev.gantry.base.Forbidden] for one that is
    /// always there.
    void remove(NetworkId network);

    /// At once when the container runs, else from its next start on.
    void connect(NetworkId network, ContainerId container, EndpointRequest request);

    /// `force`: also a container that is not there any more.
    void disconnect(NetworkId network, ContainerId container, boolean force);

    /// Publishes other ports: at once when the container runs, and from its next start on. An address or a port of the
    /// host that is empty in `remove` stands for any. All of it or nothing.
    void publish(ContainerId container, List<PortWish> add, List<PortWish> remove);

    /// The network of containers that name none: `bridge`, or `none` where this engine cannot make one.
    String usual();

    /// A container's place in one network.
    record Joined(Network network, Member member) {}
}
