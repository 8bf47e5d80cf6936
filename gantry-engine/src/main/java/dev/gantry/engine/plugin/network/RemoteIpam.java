package dev.gantry.engine.plugin.network;

import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.engine.plugin.PluginAnswer;
import dev.gantry.engine.plugin.PluginClient;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Address management of a plugin. An answer outside of what was asked for is refused and given back.
public final class RemoteIpam {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final String KIND_OF_ADDRESS = "RequestAddressType";
    private static final String GATEWAY = "com.docker.network.gateway";
    private static final String MAC = "com.docker.network.endpoint.macaddress";

    private final PluginClient plugin;

    private RemoteIpam(PluginClient plugin) {
        this.plugin = plugin;
    }

    public static RemoteIpam of(Plugins plugins, String name) {
        return new RemoteIpam(plugins.get(name, PluginKind.IPAM));
    }

    /// What a plugin needs to be told. One that does not say needs nothing.
    public record Needs(boolean macAddress, boolean replay) {}

    /// A pool as the plugin calls it, and which addresses it has.
    public record Pool(String id, Subnet subnet) {}

    public Needs needs() {
        try {
            PluginAnswer answer = plugin.call("ask for capabilities", "IpamDriver.GetCapabilities", DEADLINE);
            return new Needs(answer.flag("RequiresMACAddress"), answer.flag("RequiresRequestReplay"));
        } catch (NotFound optional) {
            return new Needs(false, false);
        }
    }

    /// The address space of networks of this host, or of all hosts.
    public String addressSpace(boolean global) {
        return plugin.call("ask for address spaces", "IpamDriver.GetDefaultAddressSpaces", DEADLINE)
                .text(global ? "GlobalDefaultAddressSpace" : "LocalDefaultAddressSpace");
    }

    /// `subnet` and `range` as the user gave them; without a subnet the plugin chooses.
    public Pool requestPool(
            String space, Optional<Subnet> subnet, Optional<Subnet> range, Map<String, String> options, boolean ipv6) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("AddressSpace", space);
        request.put("Pool", subnet.map(Subnet::toString).orElse(""));
        request.put("SubPool", range.map(Subnet::toString).orElse(""));
        request.put("Options", options);
        request.put("V6", ipv6);
        PluginAnswer answer = plugin.call("request an address pool", "IpamDriver.RequestPool", request, DEADLINE);
        Subnet got = Subnet.find(answer.text("Pool"))
                .filter(p -> p.address().isV4() != ipv6)
                .filter(p -> subnet.isEmpty() || subnet.get().equals(p))
                .orElse(null);
        String id = answer.text("PoolID");
        if (got == null || id.isEmpty()) {
            GantryException lie = got == null
                    ? answer.wrong("Pool", subnet.map(Subnet::toString).orElse("a subnet of the family"))
                    : answer.wrong("PoolID", "a name");
            if (!id.isEmpty()) {
                undo(lie, () -> releasePool(id));
            }
            throw lie;
        }
        return new Pool(id, got);
    }

    public void releasePool(String id) {
        plugin.call("release an address pool", "IpamDriver.ReleasePool", Map.of("PoolID", id), DEADLINE);
    }

    /// An address of the pool: `wanted`, or one that the plugin chooses.
    public AddressWithPrefix requestAddress(Pool pool, Optional<Ip> wanted, Optional<String> mac) {
        return request(pool, wanted, mac.map(m -> Map.of(MAC, m)).orElse(Map.of()));
    }

    public AddressWithPrefix requestGateway(Pool pool, Optional<Ip> wanted) {
        return request(pool, wanted, Map.of(KIND_OF_ADDRESS, GATEWAY));
    }

    private AddressWithPrefix request(Pool pool, Optional<Ip> wanted, Map<String, String> options) {
        PluginAnswer answer = plugin.call(
                "request an address",
                "IpamDriver.RequestAddress",
                Map.of("PoolID", pool.id(), "Address", wanted.map(Ip::toString).orElse(""), "Options", options),
                DEADLINE);
        Optional<AddressWithPrefix> got = AddressWithPrefix.find(answer.text("Address"));
        boolean right = got.isPresent()
                && pool.subnet().contains(got.get().address())
                && (wanted.isEmpty() || wanted.get().equals(got.get().address()));
        if (!right) {
            GantryException lie = answer.wrong(
                    "Address", wanted.map(Ip::toString).orElse("an address with prefix in " + pool.subnet()));
            got.ifPresent(a -> undo(lie, () -> releaseAddress(pool, a.address())));
            throw lie;
        }
        return got.orElseThrow();
    }

    private static void undo(GantryException failure, Runnable undo) {
        try {
            undo.run();
        } catch (GantryException e) {
            failure.addSuppressed(e);
        }
    }

    public void releaseAddress(Pool pool, Ip address) {
        plugin.call(
                "release an address",
                "IpamDriver.ReleaseAddress",
                Map.of("PoolID", pool.id(), "Address", address.toString()),
                DEADLINE);
    }
}
