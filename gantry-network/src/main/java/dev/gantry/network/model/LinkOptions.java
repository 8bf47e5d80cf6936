package dev.gantry.network.model;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads the options of networks that have no bridge on this host: macvlan, ipvlan, overlay.
final class LinkOptions {
    private static final String PARENT = "parent";
    private static final String ENCRYPTED = "encrypted";
    private static final String OVERLAY = "com.docker.network.driver.overlay.";
    private static final int MOST_VNI = (1 << 24) - 1; // RFC 7348 §5: 24 bits

    private LinkOptions() {}

    static DriverOptions.Macvlan macvlan(NetworkSpec spec, OptionReader options) {
        var mode = options.choice(
                "macvlan_mode",
                DriverOptions.Macvlan.Mode.BRIDGE,
                List.of(DriverOptions.Macvlan.Mode.values()),
                LinkOptions::lower,
                "requested macvlan mode is not valid, 'bridge' mode is the macvlan driver default");
        var read = new DriverOptions.Macvlan(
                parent(spec, options), mode, BridgeOptions.mtu(spec, options), BridgeOptions.prefix(spec, options));
        options.refuseUnknown();
        return read;
    }

    static DriverOptions.Ipvlan ipvlan(NetworkSpec spec, OptionReader options) {
        var mode = options.choice(
                "ipvlan_mode",
                DriverOptions.Ipvlan.Mode.L2,
                List.of(DriverOptions.Ipvlan.Mode.values()),
                LinkOptions::lower,
                "requested ipvlan mode is not valid, 'l2' mode is the ipvlan driver default");
        var flag = options.choice(
                "ipvlan_flag",
                DriverOptions.Ipvlan.Flag.BRIDGE,
                List.of(DriverOptions.Ipvlan.Flag.values()),
                LinkOptions::lower,
                "requested ipvlan flag is not valid, 'bridge' is the ipvlan driver default");
        var read = new DriverOptions.Ipvlan(
                parent(spec, options),
                mode,
                flag,
                BridgeOptions.mtu(spec, options),
                BridgeOptions.prefix(spec, options));
        options.refuseUnknown();
        return read;
    }

    static DriverOptions.Overlay overlay(OptionReader options) {
        NetworkSpec spec = options.spec();
        boolean encrypted = options.has(ENCRYPTED) && !"false".equals(options.text(ENCRYPTED));
        String key = OVERLAY + "vxlanid_list";
        List<Integer> vnis = new ArrayList<>();
        String list = options.text(key);
        for (String id : list.isEmpty() ? new String[0] : list.split(",", -1)) {
            try {
                vnis.add(Integer.parseInt(id.strip()));
            } catch (NumberFormatException e) {
                vnis.add(-1);
            }
            if (vnis.getLast() < 1 || vnis.getLast() > MOST_VNI) {
                throw DriverOptions.invalid(
                        spec,
                        key,
                        list,
                        "invalid vxlan id",
                        "use numbers from 1 to " + MOST_VNI + " with commas between");
            }
        }
        var read = new DriverOptions.Overlay(
                vnis, encrypted, BridgeOptions.mtu(spec, options), BridgeOptions.prefix(spec, options));
        options.refuseUnknown();
        return read;
    }

    private static String parent(NetworkSpec spec, OptionReader options) {
        String parent = BridgeOptions.interfaceName(spec, PARENT, options.text(PARENT));
        if (parent.isEmpty()) {
            throw new InvalidArgument(
                    "create network " + spec.name(),
                    "the driver " + spec.driver() + " needs an interface of the host to build on",
                    "name it: -o parent=eth0, or -o parent=eth0.50 for VLAN 50 of it");
        }
        if (parent.equals("lo")) {
            throw DriverOptions.invalid(
                    spec, PARENT, parent, "loopback interface is not a valid parent link", "name another interface");
        }
        return parent;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
