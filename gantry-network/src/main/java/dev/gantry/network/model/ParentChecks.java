package dev.gantry.network.model;

import dev.gantry.base.Conflict;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Which networks can share an interface of the host. One interface carries macvlans or ipvlans; a macvlan in
/// `passthru` is alone on it, and an ipvlan's mode is the interface's own, so that two networks would change each
/// other's.
final class ParentChecks {
    private ParentChecks() {}

    static void check(DriverOptions options, Collection<Network> existing, String what) {
        Optional<String> wanted = parent(options);
        for (Network other : wanted.isEmpty() ? List.<Network>of() : existing) {
            boolean shared =
                    !other.spec().configOnly() && parent(other.options()).equals(wanted);
            if (shared && !(shares(options) && shares(other.options()))) {
                throw new Conflict(
                        what,
                        "network " + other.name() + " is already using parent interface " + wanted.get(),
                        "use that network, or name another interface, such as a VLAN of it: -o parent=" + wanted.get()
                                + ".50");
            }
        }
    }

    private static boolean shares(DriverOptions options) {
        return options instanceof DriverOptions.Macvlan m && m.mode() != DriverOptions.Macvlan.Mode.PASSTHRU;
    }

    private static Optional<String> parent(DriverOptions options) {
        return switch (options) {
            case DriverOptions.Macvlan m -> Optional.of(m.parent());
            case DriverOptions.Ipvlan i -> Optional.of(i.parent());
            case DriverOptions.Bridge _, DriverOptions.Overlay _, DriverOptions.None _, DriverOptions.Plugin _ ->
                Optional.empty();
        };
    }
}
