package dev.gantry.engine.network;

import dev.gantry.network.address.Family;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// A driver of networks that is a program of somebody else's. Every call ends in bounded time, and any of them may
/// fail: what fails has given nothing, or takes it back.
public interface ForeignDriver {
    /// What a network of this driver will be.
    ///
    /// @param unrouted families in which it wants no gateway
    /// @param givesAddresses it finds addresses itself: there are no pools
    record Terms(NetworkSpec spec, List<Family> unrouted, boolean givesAddresses) {
        public Terms {
            unrouted = List.copyOf(unrouted);
        }
    }

    /// Where a container's interface is wanted.
    ///
    /// @param path of its network namespace, as long as it runs
    /// @param interfaceName what it is called unless the driver has another name for it
    /// @param taken what other interfaces of the container are called
    record Sandbox(String path, String interfaceName, Set<String> taken, Given.Resolver resolver) {
        public Sandbox {
            taken = Set.copyOf(taken);
        }
    }

    /// An endpoint with what the driver gave, and what its interface is called inside.
    ///
    /// @param hostLinks by which the host reaches it, as far as the driver names them
    record Joined(Endpoint endpoint, String interfaceName, List<String> hostLinks) {
        public Joined {
            hostLinks = List.copyOf(hostLinks);
        }
    }

    /// Refuses what the driver cannot do; nothing is made yet.
    Terms check(NetworkSpec spec);

    void create(Network network);

    /// Takes it away again. Nobody is in it.
    void remove(Network network);

    /// Announces an endpoint, before its container has a namespace. Answers it with the addresses it is to have.
    Endpoint reserve(Network network, Endpoint endpoint);

    /// Gives the container its interface, or says which one of the host is to be moved there.
    Joined join(Network network, Endpoint endpoint, Sandbox sandbox);

    /// Takes back whatever the driver did for the endpoint, which may be nothing. `path` is empty when the namespace
    /// is gone.
    void end(Network network, Endpoint endpoint, String path);

    /// An engine has started again, and these run: a driver that can forgets everything else.
    void settle(Network network, Collection<Attachment> running);
}
