package dev.gantry.network.testing;

import dev.gantry.network.address.Family;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.ipam.DefaultPools;
import dev.gantry.network.ipam.PoolChoice;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkChecks;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.PoolSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Networks for tests, made the way an engine makes them.
public final class Networks {
    private Networks() {}

    public static Network bridge(String name, String subnet) {
        return bridge(name, subnet, Map.of());
    }

    public static Network bridge(String name, String subnet, Map<String, String> options) {
        return of(name, "bridge", subnet, options);
    }

    public static Network internal(String name, String subnet) {
        return make(spec(name, "bridge", subnet).withInternal(true));
    }

    public static Network six(String name, String subnet6) {
        return make(spec(name, "bridge", subnet6));
    }

    public static Network dual(String name, String subnet4, String subnet6) {
        return make(spec(name, "bridge", subnet4, subnet6));
    }

    public static Network dual(String name, String subnet4, String subnet6, Map<String, String> options) {
        return make(spec(name, "bridge", subnet4, subnet6).withOptions(options));
    }

    public static Network of(String name, String driver, String subnet, Map<String, String> options) {
        return make(spec(name, driver, subnet).withOptions(options));
    }

    private static NetworkSpec spec(String name, String driver, String... subnets) {
        List<Subnet> all = Arrays.stream(subnets).map(Subnet::parse).toList();
        return NetworkSpec.named(name)
                .withDriver(driver)
                .withFamilies(
                        all.stream().anyMatch(s -> s.family() == Family.IPV4),
                        all.stream().anyMatch(s -> s.family() == Family.IPV6))
                .withPools(all.stream().map(PoolSpec::of).toList());
    }

    private static Network make(NetworkSpec spec) {
        boolean ours = spec.name().equals("bridge");
        NetworkSpec checked = ours ? spec : NetworkChecks.check(spec, List.of());
        return new Network(
                NetworkId.random(new Random(spec.name().hashCode())),
                Instant.EPOCH,
                checked,
                PoolChoice.choose(checked, DefaultPools.docker("test"), List.of(), List.of()));
    }
}
