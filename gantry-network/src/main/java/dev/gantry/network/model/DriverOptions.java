package dev.gantry.network.model;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The options of a network by its driver. Keys that are not the driver's but in a name space of network
/// options are refused, since they are misspelt; any other key is a note of its user and kept.
public sealed interface DriverOptions {
    int NO_MTU = 0;

    /// 0 where the link's own is right.
    int mtu();

    /// `eth` unless told otherwise.
    String interfacePrefix();

    /// `name` is empty where the engine chooses it. `hostAddresses` are the sources that outgoing
    /// connections get instead of the outgoing interface's own.
    record Bridge(
            String name,
            boolean betweenContainers,
            boolean masquerade,
            @Nullable Ip hostBinding,
            boolean inhibitIpv4,
            boolean defaultBridge,
            GatewayMode gatewayMode4,
            GatewayMode gatewayMode6,
            List<Ip> hostAddresses,
            List<String> trustedInterfaces,
            int mtu,
            String interfacePrefix)
            implements DriverOptions {
        public Bridge {
            hostAddresses = List.copyOf(hostAddresses);
            trustedInterfaces = List.copyOf(trustedInterfaces);
        }

        public GatewayMode gatewayMode(Family family) {
            return family == Family.IPV4 ? gatewayMode4 : gatewayMode6;
        }

        public Optional<Ip> hostAddress(Family family) {
            return hostAddresses.stream().filter(a -> a.family() == family).findFirst();
        }
    }

    /// `parent` is an interface of the host, or `parent.vlan`, which is made when it is missing.
    record Macvlan(String parent, Mode mode, int mtu, String interfacePrefix) implements DriverOptions {
        /// macvlan_mode of <linux/if_link.h>.
        public enum Mode {
            BRIDGE,
            PRIVATE,
            VEPA,
            PASSTHRU
        }
    }

    record Ipvlan(String parent, Mode mode, Flag flag, int mtu, String interfacePrefix) implements DriverOptions {
        /// ipvlan_mode of <linux/if_link.h>.
        public enum Mode {
            L2,
            L3,
            L3S
        }

        /// Who reaches whom on one parent.
        public enum Flag {
            BRIDGE,
            PRIVATE,
            VEPA
        }
    }

    /// One VXLAN network identifier per subnet; empty where the cluster chooses.
    record Overlay(List<Integer> vnis, boolean encrypted, int mtu, String interfacePrefix) implements DriverOptions {
        public Overlay {
            vnis = List.copyOf(vnis);
        }
    }

    /// `host` and `null`: nothing to choose.
    record None() implements DriverOptions {
        @Override
        public int mtu() {
            return NO_MTU;
        }

        @Override
        public String interfacePrefix() {
            return "";
        }
    }

    /// A driver that is not ours gets its options as they are.
    record Plugin(String driver, Map<String, String> options) implements DriverOptions {
        public Plugin {
            options = Map.copyOf(options);
        }

        @Override
        public int mtu() {
            return NO_MTU;
        }

        @Override
        public String interfacePrefix() {
            return "eth";
        }
    }

    /// Reads and checks.
    static DriverOptions read(NetworkSpec spec) {
        OptionReader reader = new OptionReader(spec);
        return switch (spec.driver()) {
            case Drivers.BRIDGE -> BridgeOptions.read(spec, reader);
            case Drivers.MACVLAN -> LinkOptions.macvlan(spec, reader);
            case Drivers.IPVLAN -> LinkOptions.ipvlan(spec, reader);
            case Drivers.OVERLAY -> LinkOptions.overlay(reader);
            case Drivers.HOST, Drivers.NULL -> {
                reader.refuseUnknown();
                yield new None();
            }
            default -> new Plugin(spec.driver(), spec.options());
        };
    }

    /// The words for an option with a value that is not one.
    static InvalidArgument invalid(NetworkSpec spec, String key, String value, String why, String todo) {
        return new InvalidArgument(
                "create network " + spec.name(),
                "failed to parse " + key + " value: " + value + " (" + why + ")",
                todo);
    }
}
