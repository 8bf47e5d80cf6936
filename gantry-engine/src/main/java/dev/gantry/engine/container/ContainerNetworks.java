package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.Given;
import dev.gantry.runtime.oci.LaunchContext;
import dev.gantry.runtime.watch.NetworkDoor;
import dev.gantry.runtime.watch.Watch;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the life of a container asks of networks. The container's turn is held at each call.
public interface ContainerNetworks {
    /// The spec with the networks that this engine gives it: what was left to the engine is decided, what does not
    /// exist is refused.
    ContainerSpec resolved(ContainerSpec spec);

    /// Notes the networks of a new container; durable no later than what is stored after it.
    void join(ContainerId id, ContainerSpec spec);

    /// Gives it its addresses and ports for a run. What fails leaves nothing taken.
    Run begin(ContainerId id, String name, ContainerSpec spec);

    /// It runs since before this engine was.
    void adopted(StoredContainer row, Watch watch);

    /// Its run is over, or never began: what it was given is free again. Without a run it does nothing.
    void end(ContainerId id);

    /// Others find it by this name from now on.
    void renamed(ContainerId id, String name);

    /// It is gone for good.
    void forget(ContainerId id);

    /// The containers there are, once an engine has found out: what others left behind is removed.
    void settle(Set<ContainerId> known);

    /// A run that is about to be.
    interface Run {
        /// Without networks of its own.
        Run NOWHERE = new Run() {
            @Override
            public Whereabouts where() {
                return Whereabouts.NOWHERE;
            }

            @Override
            public Optional<LaunchContext.Handover> handover() {
                return Optional.empty();
            }

            @Override
            public void connect(NetworkDoor door) {
                throw new IllegalStateException("nothing was to be handed over");
            }
        };

        /// Before and after [#connect]: see [#learnsWhere].
        Whereabouts where();

        /// Whether only [#connect] finds out where it is.
        default boolean learnsWhere() {
            return false;
        }

        /// How its network is connected while it is being made.
        Optional<LaunchContext.Handover> handover();

        /// Makes its interfaces, rules and names. What it did is undone by [ContainerNetworks#end].
        void connect(NetworkDoor door);
    }

    /// Where a container is in its networks, as its files under `/etc` tell it.
    ///
    /// @param own its own addresses
    /// @param host the addresses at which it reaches the host
    /// @param others addresses that its links name, as lines of `/etc/hosts`
    /// @param names who answers for names
    /// @param resolver whom a driver of its networks says to ask
    record Whereabouts(List<Ip> own, List<Ip> host, List<Other> others, Names names, Given.Resolver resolver) {
        public static final Whereabouts NOWHERE = new Whereabouts(List.of(), List.of(), List.of(), Names.AS_HOST);

        public Whereabouts {
            own = List.copyOf(own);
            host = List.copyOf(host);
            others = List.copyOf(others);
        }

        public Whereabouts(List<Ip> own, List<Ip> host, List<Other> others, Names names) {
            this(own, host, others, names, Given.NOTHING.resolver());
        }

        /// Another container under the names by which this one calls it.
        public record Other(Ip address, String names) {}

        /// Whom a container asks for names.
        public enum Names {
            /// Whoever the host asks: it is in the host's network, or in none.
            AS_HOST,
            /// The host's servers, but not those that listen on its loopback interface.
            DIRECT,
            /// The engine, inside the container's network.
            EMBEDDED
        }
    }
}
