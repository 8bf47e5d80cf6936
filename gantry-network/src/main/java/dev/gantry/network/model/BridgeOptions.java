package dev.gantry.network.model;

import dev.gantry.network.address.Ip;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads the options of a bridge network.
final class BridgeOptions {
    static final String BRIDGE = "com.docker.network.bridge.";
    static final String NAME = BRIDGE + "name";
    static final String MTU = "com.docker.network.driver.mtu";
    static final String PREFIX = "com.docker.network.container_iface_prefix";
    /// What IPv4 needs at least (RFC 791), and what a device can have at most.
    private static final int LEAST_MTU = 68;
    /// RFC 8200 §5.
    private static final int LEAST_MTU_V6 = 1280;

    private static final int MOST_MTU = 65_535;
    /// `IFNAMSIZ` less its NUL; no blank, slash or colon; not a format of the kernel's (`%d`).
    private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.+@-]{1,15}");

    private static final List<GatewayMode> MODES = List.of(GatewayMode.values());

    private BridgeOptions() {}

    static DriverOptions.Bridge read(NetworkSpec spec, OptionReader options) {
        GatewayMode v4 = mode(options, "gateway_mode_ipv4");
        GatewayMode v6 = mode(options, "gateway_mode_ipv6");
        if ((v4 == GatewayMode.ISOLATED || v6 == GatewayMode.ISOLATED) && !spec.internal()) {
            throw DriverOptions.invalid(
                    spec,
                    BRIDGE + (v4 == GatewayMode.ISOLATED ? "gateway_mode_ipv4" : "gateway_mode_ipv6"),
                    "isolated",
                    "gateway mode \"isolated\" can only be used for an internal network",
                    "add --internal, or use nat or routed");
        }
        List<Ip> hostAddresses = new ArrayList<>();
        address(spec, options, "com.docker.network.host_ipv4", true).ifPresent(hostAddresses::add);
        address(spec, options, "com.docker.network.host_ipv6", false).ifPresent(hostAddresses::add);
        var bridge = new DriverOptions.Bridge(
                interfaceName(spec, NAME, options.text(NAME)),
                options.flag(BRIDGE + "enable_icc", true),
                options.flag(BRIDGE + "enable_ip_masquerade", true),
                address(spec, options, BRIDGE + "host_binding_ipv4", true).orElse(null),
                options.flag(BRIDGE + "inhibit_ipv4", false),
                options.flag(BRIDGE + "default_bridge", false),
                v4,
                v6,
                hostAddresses,
                interfaces(spec, BRIDGE + "trusted_host_interfaces", options),
                mtu(spec, options),
                prefix(spec, options));
        options.refuseUnknown();
        return bridge;
    }

    private static GatewayMode mode(OptionReader options, String key) {
        return options.choice(BRIDGE + key, GatewayMode.NAT, MODES, GatewayMode::wire, "unknown gateway mode");
    }

    private static Optional<Ip> address(NetworkSpec spec, OptionReader options, String key, boolean v4) {
        String value = options.text(key);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Ip.find(value)
                .filter(ip -> ip.isV4() == v4)
                .orElseThrow(() -> DriverOptions.invalid(
                        spec,
                        key,
                        value,
                        v4 ? "nil ip" : "not an IPv6 address",
                        "use an " + (v4 ? "IPv4" : "IPv6") + " address of this host")));
    }

    static int mtu(NetworkSpec spec, OptionReader options) {
        int least = spec.ipv6() ? LEAST_MTU_V6 : LEAST_MTU;
        String value = options.text(MTU);
        return value.equals("0") ? DriverOptions.NO_MTU : options.number(MTU, least, MOST_MTU, DriverOptions.NO_MTU);
    }

    static String prefix(NetworkSpec spec, OptionReader options) {
        String value = options.text(PREFIX);
        if (value.isEmpty()) {
            return "eth";
        }
        if (value.length() > 12 || !INTERFACE.matcher(value).matches()) {
            throw DriverOptions.invalid(
                    spec, PREFIX, value, "not the beginning of an interface's name", "use up to 12 letters or digits");
        }
        return value;
    }

    private static List<String> interfaces(NetworkSpec spec, String key, OptionReader options) {
        String value = options.text(key);
        if (value.isEmpty()) {
            return List.of();
        }
        return Arrays.stream(value.split(":", -1))
                .map(name -> interfaceName(spec, key, name))
                .toList();
    }

    static String interfaceName(NetworkSpec spec, String key, String value) {
        boolean absent = value.isEmpty() && !spec.options().containsKey(key);
        if (!absent && (!INTERFACE.matcher(value).matches() || value.equals(".") || value.equals(".."))) {
            throw DriverOptions.invalid(
                    spec,
                    key,
                    value,
                    "not a name of a network interface",
                    "use up to 15 letters, digits, dots, dashes or underscores");
        }
        return value;
    }
}
