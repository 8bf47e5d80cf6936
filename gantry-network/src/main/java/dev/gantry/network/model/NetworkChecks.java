package dev.gantry.network.model;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Family;
import java.util.Collection;
import java.util.Map;
import java.util.Set;

/// Whether a specification makes sense, by itself and beside the networks that exist. Clients match on
/// some of the words in the middle part; tests pin them.
public final class NetworkChecks {
    private static final Set<String> SCOPES = Set.of(Drivers.LOCAL_SCOPE, Drivers.SWARM_SCOPE, Drivers.GLOBAL_SCOPE);

    private NetworkChecks() {}

    /// Answers the specification to create: that of `spec`, with what its `configFrom` network gives.
    public static NetworkSpec check(NetworkSpec asked, Collection<Network> existing) {
        NetworkSpec spec = withOptionFamilies(asked);
        String what = "create network " + spec.name();
        checkName(spec, existing, what);
        if (!SCOPES.contains(spec.scope())) {
            throw new InvalidArgument(what, "invalid scope " + spec.scope(), "use local, or leave --scope out");
        }
        if (spec.driver().equals(Drivers.HOST) || spec.driver().equals(Drivers.NULL)) {
            throw new Forbidden(
                    what,
                    "only one instance of \"" + spec.driver() + "\" network is allowed",
                    "use the network " + (spec.driver().equals(Drivers.HOST) ? "host" : "none"));
        }
        if (!spec.configFrom().isEmpty()) {
            spec = fromConfiguration(spec, existing, what);
        }
        if (spec.configOnly()) {
            if (spec.internal()
                    || spec.attachable()
                    || spec.ingress()
                    || !spec.configFrom().isEmpty()) {
                throw new InvalidArgument(
                        what,
                        "configuration networks can only contain network specific fields; network operator fields like"
                                + " internal, attachable, ingress are not supported",
                        "leave them out here and set them on the network that uses this one");
            }
        } else if (!spec.ipv4() && !spec.ipv6()) {
            throw new InvalidArgument(what, "IPv4 or IPv6 must be enabled", "use --ipv6, or leave --ipv4=false out");
        }
        if (!spec.configOnly()) {
            checkPools(spec, what);
        }
        DriverOptions options = DriverOptions.read(spec);
        if (options instanceof DriverOptions.Bridge bridge && !spec.configOnly()) {
            checkBridge(spec, bridge, existing, what);
        }
        if (!spec.configOnly()) {
            ParentChecks.check(options, existing, what);
        }
        return spec;
    }

    /// Refuses the removal of networks that are ours, or that somebody is in.
    public static void checkRemoval(Network network, Collection<String> containers, Collection<Network> existing) {
        String what = "remove network " + network.name();
        if (Drivers.isPredefined(network.name())) {
            throw new Forbidden(
                    what,
                    network.name() + " is a pre-defined network and cannot be removed",
                    "leave it; it costs nothing while nobody uses it");
        }
        if (!containers.isEmpty()) {
            throw new Conflict(
                    what,
                    "error while removing network: network " + network.name() + " has active endpoints ("
                            + String.join(", ", containers) + ")",
                    "disconnect or remove these containers first");
        }
        for (Network other : existing) {
            if (network.spec().configOnly() && other.spec().configFrom().equals(network.name())) {
                throw new Conflict(
                        what,
                        "configuration network \"" + network.name() + "\" is in use by " + other.name(),
                        "remove network " + other.name() + " first");
            }
        }
    }

    private static NetworkSpec withOptionFamilies(NetworkSpec spec) {
        OptionReader options = new OptionReader(spec);
        return spec.withFamilies(
                options.flag("com.docker.network.enable_ipv4", spec.ipv4()),
                options.flag("com.docker.network.enable_ipv6", spec.ipv6()));
    }

    private static void checkName(NetworkSpec spec, Collection<Network> existing, String what) {
        String name = spec.name();
        if (name.isBlank()) {
            throw new InvalidArgument("create network", "invalid name: name is empty", "give it a name");
        }
        if (name.chars().anyMatch(c -> c < ' ' || c == 0x7f) || name.length() > 255 || name.startsWith("container:")) {
            throw new InvalidArgument(
                    what, "invalid name: " + name, "use up to 255 letters, digits, dots, dashes or underscores");
        }
        if (Drivers.isPredefined(name)) {
            throw new Forbidden(
                    what, "operation is not permitted on predefined " + name + " network", "choose another name");
        }
        for (Network other : existing) {
            if (other.name().equals(name)) {
                throw new Conflict(
                        what, "network with name " + name + " already exists", "use it, or choose another name");
            }
        }
    }

    private static NetworkSpec fromConfiguration(NetworkSpec spec, Collection<Network> existing, String what) {
        Network source = existing.stream()
                .filter(n -> n.name().equals(spec.configFrom()))
                .findFirst()
                .orElseThrow(() -> new dev.gantry.base.NotFound(
                        what, "network " + spec.configFrom() + " not found", "create it with --config-only first"));
        if (!source.spec().configOnly()) {
            throw new Forbidden(
                    what,
                    "network " + source.name() + " is not a configuration network",
                    "name one that was created with --config-only");
        }
        boolean hasOwn = !spec.ipam().pools().isEmpty()
                || !spec.ipam().options().isEmpty()
                || !spec.options().isEmpty();
        if (hasOwn) {
            throw new InvalidArgument(
                    what,
                    "user specified configurations are not supported if the network depends on a configuration network",
                    "leave out the options and subnets, or --config-from");
        }
        NetworkSpec from = source.spec();
        return spec.withFamilies(from.ipv4(), from.ipv6()).withIpam(from.ipam()).withOptions(from.options());
    }

    private static void checkPools(NetworkSpec spec, String what) {
        for (PoolSpec pool : spec.ipam().pools()) {
            PoolChecks.check(pool, what);
            Family family = PoolChecks.family(pool);
            if (family == Family.IPV6 && !spec.ipv6()) {
                throw new InvalidArgument(
                        what,
                        "invalid subnet " + pool.subnet() + ": IPv6 is not enabled for this network",
                        "add --ipv6, or leave this subnet out");
            }
            if (family == Family.IPV4 && !spec.ipv4() && pool.subnet() != null) {
                throw new InvalidArgument(
                        what,
                        "invalid subnet " + pool.subnet() + ": IPv4 is not enabled for this network",
                        "leave out --ipv4=false, or this subnet");
            }
        }
        PoolChecks.checkDisjoint(spec.ipam().pools(), what);
        for (Map.Entry<String, String> option : spec.ipam().options().entrySet()) {
            if (spec.ipam().driver().equals(NetworkSpec.Ipam.DEFAULT_DRIVER)) {
                throw new InvalidArgument(
                        what,
                        "the address management default has no option " + option.getKey(),
                        "leave --ipam-opt out");
            }
        }
    }

    private static void checkBridge(
            NetworkSpec spec, DriverOptions.Bridge bridge, Collection<Network> existing, String what) {
        for (Family family : Family.values()) {
            long pools = spec.ipam().pools().stream()
                    .filter(p -> PoolChecks.family(p) == family)
                    .count();
            if (pools > 1) {
                throw new InvalidArgument(
                        what,
                        "bridge driver doesn't support multiple " + family.words() + " subnets",
                        "give one --subnet for each family");
            }
        }
        for (Network other : existing) {
            boolean same = !bridge.name().isEmpty()
                    && !other.spec().configOnly()
                    && other.options() instanceof DriverOptions.Bridge b
                    && b.name().equals(bridge.name());
            if (same) {
                throw new Conflict(
                        what,
                        "bridge name " + bridge.name() + " is in use by network " + other.name(),
                        "choose another with -o " + BridgeOptions.NAME);
            }
        }
    }
}
