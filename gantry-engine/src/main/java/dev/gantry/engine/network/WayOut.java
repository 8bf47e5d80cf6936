package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.network.endpoint.EndpointRequest;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// The bridge through which a container that is in overlays alone reaches what is outside, and on which its ports are
/// published: a network like others, into which the engine puts it by itself.
final class WayOut {
    /// A note on the memberships that nobody asked for.
    private static final String NOTE = "dev.gantry.way-out";

    private static final EndpointRequest REQUEST =
            new EndpointRequest(List.of(), Map.of(), List.of(), List.of(), null, Map.of(NOTE, "true"), 0);

    private final NetworkBook book;

    /// Makes the network when there is none yet.
    private final Supplier<Network> network;

    WayOut(NetworkBook book, Supplier<Network> network) {
        this.book = book;
        this.network = network;
    }

    static NetworkSpec spec(String name) {
        return NetworkSpec.named(name)
                .withOptions(Map.of(
                        "com.docker.network.bridge.enable_icc",
                        "false",
                        "com.docker.network.bridge.enable_ip_masquerade",
                        "true"));
    }

    static boolean is(Member m) {
        return m.request().driverOptions().containsKey(NOTE);
    }

    /// Before a run: the container is in it if it needs it, and else is not.
    void settle(ContainerId id) {
        missing(id).ifPresent(book::put);
        if (!isNeeded(id)) {
            members(id).forEach(m -> book.remove(id, m.network()));
        }
    }

    /// The membership that a container lacks.
    Optional<Member> missing(ContainerId id) {
        return isNeeded(id) && members(id).isEmpty()
                ? Optional.of(Member.of(id, network.get().id(), REQUEST))
                : Optional.empty();
    }

    /// Those that a running container has no use for: it is in no overlay any more. While it is in one they stay, for
    /// its ports are published there.
    List<Member> superfluous(ContainerId id) {
        return hasOverlay(id) ? List.of() : members(id);
    }

    private List<Member> members(ContainerId id) {
        return book.of(id).stream().filter(WayOut::is).toList();
    }

    /// It is in an overlay that is not internal, and in no network that leads out.
    private boolean isNeeded(ContainerId id) {
        return hasOverlay(id)
                && book.of(id).stream()
                        .filter(m -> !is(m))
                        .flatMap(m -> book.get(m.network()).stream())
                        .noneMatch(SandboxPlan::leadsOut);
    }

    private boolean hasOverlay(ContainerId id) {
        return book.of(id).stream()
                .flatMap(m -> book.get(m.network()).stream())
                .anyMatch(n -> Overlays.isOverlay(n) && !n.spec().internal());
    }
}
