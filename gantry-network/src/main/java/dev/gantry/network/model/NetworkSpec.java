package dev.gantry.network.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a network was asked to be. [NetworkChecks] says whether it can.
///
/// ```java
/// var spec = NetworkSpec.named("web").withPools(List.of(PoolSpec.of(Subnet.parse("10.7.0.0/24"))));
/// ```
public record NetworkSpec(
        String name,
        String driver,
        String scope,
        boolean ipv4,
        boolean ipv6,
        boolean internal,
        boolean attachable,
        boolean ingress,
        boolean configOnly,
        String configFrom,
        Ipam ipam,
        Map<String, String> options,
        Map<String, String> labels) {

    /// The address management of a network: whose, and which subnets.
    public record Ipam(String driver, List<PoolSpec> pools, Map<String, String> options) {
        public static final String DEFAULT_DRIVER = "default";

        /// Gives no addresses: the network's driver does.
        public static final String NULL_DRIVER = "null";

        public static final Ipam DEFAULT = new Ipam(DEFAULT_DRIVER, List.of(), Map.of());

        public Ipam {
            driver = driver.isEmpty() ? DEFAULT_DRIVER : driver;
            pools = List.copyOf(pools);
            options = sorted(options);
        }
    }

    public NetworkSpec {
        driver = driver.isEmpty() ? Drivers.BRIDGE : driver;
        scope = scope.isEmpty() ? Drivers.scopeOf(driver) : scope;
        options = sorted(options);
        labels = sorted(labels);
    }

    /// A bridge network with IPv4, everything else as the engine chooses.
    public static NetworkSpec named(String name) {
        return new NetworkSpec(
                name,
                Drivers.BRIDGE,
                "",
                true,
                false,
                false,
                false,
                false,
                false,
                "",
                Ipam.DEFAULT,
                Map.of(),
                Map.of());
    }

    public NetworkSpec withScope(String other) {
        return new NetworkSpec(
                name,
                driver,
                other,
                ipv4,
                ipv6,
                internal,
                attachable,
                ingress,
                configOnly,
                configFrom,
                ipam,
                options,
                labels);
    }

    public NetworkSpec withDriver(String other) {
        return new NetworkSpec(
                name,
                other,
                "",
                ipv4,
                ipv6,
                internal,
                attachable,
                ingress,
                configOnly,
                configFrom,
                ipam,
                options,
                labels);
    }

    public NetworkSpec withFamilies(boolean wantsIpv4, boolean wantsIpv6) {
        return new NetworkSpec(
                name,
                driver,
                scope,
                wantsIpv4,
                wantsIpv6,
                internal,
                attachable,
                ingress,
                configOnly,
                configFrom,
                ipam,
                options,
                labels);
    }

    public NetworkSpec withInternal(boolean isInternal) {
        return new NetworkSpec(
                name,
                driver,
                scope,
                ipv4,
                ipv6,
                isInternal,
                attachable,
                ingress,
                configOnly,
                configFrom,
                ipam,
                options,
                labels);
    }

    public NetworkSpec withConfig(boolean isConfigOnly, String from) {
        return new NetworkSpec(
                name,
                driver,
                scope,
                ipv4,
                ipv6,
                internal,
                attachable,
                ingress,
                isConfigOnly,
                from,
                ipam,
                options,
                labels);
    }

    public NetworkSpec withIpam(Ipam other) {
        return new NetworkSpec(
                name,
                driver,
                scope,
                ipv4,
                ipv6,
                internal,
                attachable,
                ingress,
                configOnly,
                configFrom,
                other,
                options,
                labels);
    }

    public NetworkSpec withPools(List<PoolSpec> pools) {
        return withIpam(new Ipam(ipam.driver(), pools, ipam.options()));
    }

    public NetworkSpec withOptions(Map<String, String> others) {
        return new NetworkSpec(
                name,
                driver,
                scope,
                ipv4,
                ipv6,
                internal,
                attachable,
                ingress,
                configOnly,
                configFrom,
                ipam,
                others,
                labels);
    }

    private static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }
}
