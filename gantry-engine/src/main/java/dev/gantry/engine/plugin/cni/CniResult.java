package dev.gantry.engine.plugin.cni;

import dev.gantry.engine.plugin.PluginAnswer;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a chain made: CNI specification 1.1 §"ADD Success". `document` is the answer as it came; the next
/// calls about
/// this attachment need it.
public record CniResult(
        List<Interface> interfaces,
        List<Address> addresses,
        List<Route> routes,
        Dns dns,
        Map<String, @Nullable Object> document) {
    private static final long HIGHEST_MTU = 65_536;

    public CniResult {
        interfaces = List.copyOf(interfaces);
        addresses = List.copyOf(addresses);
        routes = List.copyOf(routes);
    }

    /// `sandbox` is empty for one of the host. `mtu` 0: not told.
    public record Interface(String name, String mac, String sandbox, int mtu) {}

    /// `on` is the index of its interface, -1 when that is not told.
    public record Address(AddressWithPrefix address, Optional<Ip> gateway, int on) {}

    public record Route(Subnet destination, Optional<Ip> gateway) {}

    public record Dns(List<String> nameservers, String domain, List<String> search, List<String> options) {
        public Dns {
            nameservers = List.copyOf(nameservers);
            search = List.copyOf(search);
            options = List.copyOf(options);
        }
    }

    /// Every value is checked: nothing of a wrong type or form comes through.
    static CniResult read(PluginAnswer answer) {
        List<Interface> interfaces = new ArrayList<>();
        for (PluginAnswer i : answer.objects("interfaces")) {
            interfaces.add(new Interface(
                    i.text("name"), i.text("mac"), i.text("sandbox"), (int) i.number("mtu", 0, HIGHEST_MTU)));
        }
        List<Address> addresses = new ArrayList<>();
        for (PluginAnswer a : answer.objects("ips")) {
            AddressWithPrefix address = AddressWithPrefix.find(a.text("address"))
                    .orElseThrow(() -> a.wrong("address", "an address with its prefix"));
            int on = a.has("interface") ? (int) a.number("interface", 0, interfaces.size() - 1L) : -1;
            addresses.add(new Address(address, ip(a, "gateway"), on));
        }
        List<Route> routes = new ArrayList<>();
        for (PluginAnswer r : answer.objects("routes")) {
            Subnet destination = Subnet.find(r.text("dst")).orElseThrow(() -> r.wrong("dst", "a subnet"));
            routes.add(new Route(destination, ip(r, "gw")));
        }
        PluginAnswer dns = answer.object("dns");
        return new CniResult(
                interfaces,
                addresses,
                routes,
                new Dns(dns.texts("nameservers"), dns.text("domain"), dns.texts("search"), dns.texts("options")),
                answer.all());
    }

    /// The interfaces of the host.
    List<String> hostLinks() {
        return interfaces.stream()
                .filter(i -> i.sandbox().isEmpty())
                .map(Interface::name)
                .toList();
    }

    private static Optional<Ip> ip(PluginAnswer from, String field) {
        String text = from.text(field);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Ip.find(text).orElseThrow(() -> from.wrong(field, "an address")));
    }
}
