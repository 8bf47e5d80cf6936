package dev.gantry.daemon;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.daemon.config.Settings;
import dev.gantry.engine.network.NetworkDefaults;
import dev.gantry.images.registry.Pace;
import dev.gantry.images.registry.Proxies;
import dev.gantry.images.registry.RegistryOptions;
import dev.gantry.images.snapshot.StorageDriver;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.ipam.DefaultPools;
import dev.gantry.network.model.PoolSpec;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the options say to the engine: of registries, networks and storage.
final class EngineOptions {
    private static final Logger LOG = LoggerFactory.getLogger(EngineOptions.class);

    private EngineOptions() {}

    static RegistryOptions registries(Settings settings) {
        for (String insecure : settings.list("insecure-registry")) {
            if (insecure.contains("/")) {
                throw new InvalidArgument(
                        "read --insecure-registry " + insecure,
                        "ranges of addresses and addresses with a scheme are not understood yet",
                        "name each registry: host or host:port");
            }
        }
        return new RegistryOptions(
                new HashSet<>(settings.list("insecure-registry")),
                settings.list("registry-mirror").stream()
                        .map(EngineOptions::address)
                        .toList(),
                Math.clamp(settings.number("max-concurrent-downloads", 3), 0, 1024),
                Pace.DEFAULT,
                Proxies.of(
                        told(settings, "http-proxy", "HTTP_PROXY"),
                        told(settings, "https-proxy", "HTTPS_PROXY"),
                        told(settings, "no-proxy", "NO_PROXY")));
    }

    /// Empty: as the host can.
    static Optional<StorageDriver> storage(Settings settings) {
        return settings.text("storage-driver")
                .filter(word -> !word.isEmpty())
                .map(word -> StorageDriver.of(word)
                        .orElseThrow(() -> new InvalidArgument(
                                "read --storage-driver " + word,
                                "there are overlay2, and vfs, which copies images",
                                "name one of them, or leave it out")));
    }

    /// What is said to the daemon counts more than its environment.
    private static String told(Settings settings, String flag, String variable) {
        return settings.text(flag).orElseGet(() -> ofEnvironment(System.getenv(), variable));
    }

    /// The name in capitals counts more, as with programs in Go. An environment is not written for this daemon alone:
    /// a proxy in it that is not done is passed over, and the log says so.
    static String ofEnvironment(Map<String, String> environment, String variable) {
        for (String name : List.of(variable, variable.toLowerCase(Locale.ROOT))) {
            String value = environment.getOrDefault(name, "");
            if (!value.isEmpty()) {
                return variable.equals("NO_PROXY") || isDone(name, value) ? value : "";
            }
        }
        return "";
    }

    private static boolean isDone(String name, String proxy) {
        try {
            var _ = Proxies.of(proxy, "", "");
            return true;
        } catch (GantryException e) {
            LOG.warn("proxy=none variable={} why=\"{}\" todo=\"{}\"", name, e.why(), e.todo());
            return false;
        }
    }

    private static URI address(String mirror) {
        try {
            return URI.create(mirror);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("use registry mirror " + mirror, "invalid mirror", "write https://host", e);
        }
    }

    static NetworkDefaults networks(Settings settings) {
        List<PoolSpec> bridge = new ArrayList<>();
        pool(settings, "bip", "fixed-cidr", Family.IPV4).ifPresent(bridge::add);
        pool(settings, "bip6", "fixed-cidr-v6", Family.IPV6).ifPresent(bridge::add);
        return new NetworkDefaults(
                bridge,
                settings.flag("ipv6", false),
                options(settings),
                settings.list("default-address-pool").stream()
                        .map(DefaultPools::parse)
                        .toList());
    }

    /// The address of the bridge is the gateway; without one the range that is given out is all of the subnet.
    private static Optional<PoolSpec> pool(Settings settings, String bip, String cidr, Family family) {
        Optional<AddressWithPrefix> address = settings.text(bip).map(t -> address(bip, t, family));
        Optional<Subnet> range =
                settings.text(cidr).map(t -> address(cidr, t, family).subnet());
        if (address.isEmpty()) {
            return range.map(PoolSpec::of);
        }
        Subnet subnet = address.get().subnet();
        if (range.isPresent()
                && !(subnet.contains(range.get().first())
                        && subnet.contains(range.get().last()))) {
            throw new InvalidArgument(
                    "read --" + cidr + " " + range.get(), "it is not inside of " + subnet, "choose a part of --" + bip);
        }
        return Optional.of(
                new PoolSpec(subnet, range.orElse(null), address.get().address(), Map.of()));
    }

    private static AddressWithPrefix address(String flag, String text, Family family) {
        return AddressWithPrefix.find(text)
                .filter(a -> a.address().family() == family)
                .orElseThrow(() -> new InvalidArgument(
                        "read --" + flag + " " + text,
                        "invalid CIDR address: " + text,
                        "write " + (family == Family.IPV4 ? "172.30.0.1/16" : "fd00:1::1/64")));
    }

    private static Map<String, String> options(Settings settings) {
        Map<String, String> options = new HashMap<>();
        if (settings.has("mtu")) {
            options.put("com.docker.network.driver.mtu", Long.toString(settings.number("mtu", 0)));
        }
        if (settings.has("icc")) {
            options.put("com.docker.network.bridge.enable_icc", Boolean.toString(settings.flag("icc", true)));
        }
        if (settings.has("ip-masq")) {
            options.put(
                    "com.docker.network.bridge.enable_ip_masquerade", Boolean.toString(settings.flag("ip-masq", true)));
        }
        settings.text("ip")
                .ifPresent(ip -> options.put(
                        "com.docker.network.bridge.host_binding_ipv4",
                        Ip.parse(ip).toString()));
        return options;
    }
}
