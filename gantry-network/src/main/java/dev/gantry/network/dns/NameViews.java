package dev.gantry.network.dns;

import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.NetworkId;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Computes who sees whom. Pure: from the attachments there are to the view of one container.
public final class NameViews {
    private NameViews() {}

    /// A name of many addresses, such as a service's, in one network.
    public record Service(NetworkId network, String name, List<Ip> addresses) {
        public Service {
            addresses = List.copyOf(addresses);
        }
    }

    /// The view of the container whose attachments are `own`. It sees the containers and services of the
    /// networks it is in, by every name they have there and by `name.network`; links are names that it
    /// alone uses.
    public static NameView of(
            Collection<Attachment> own, Collection<Attachment> all, Collection<Service> services, List<Ip> upstreams) {
        Map<String, Set<Ip>> addresses = new HashMap<>();
        Map<Ip, String> names = new HashMap<>();
        for (Attachment mine : own) {
            for (Attachment other : all) {
                if (other.network().id().equals(mine.network().id())) {
                    see(other, addresses, names);
                    link(mine, other, addresses);
                }
            }
            for (Service service : services) {
                if (service.network().equals(mine.network().id())) {
                    add(addresses, service.name(), service.addresses());
                    add(addresses, service.name() + "." + mine.network().name(), service.addresses());
                }
            }
        }
        boolean leadsOut = own.stream().anyMatch(a -> !a.network().spec().internal());
        Map<String, List<Ip>> lists = new HashMap<>();
        addresses.forEach((name, ips) -> lists.put(name, List.copyOf(ips)));
        return new NameView(lists, names, leadsOut ? upstreams : List.of());
    }

    private static void see(Attachment other, Map<String, Set<Ip>> addresses, Map<Ip, String> names) {
        List<String> known = SandboxPlan.dnsNames(other);
        List<Ip> ips = ips(other);
        for (String name : known) {
            add(addresses, name, ips);
            add(addresses, name + "." + other.network().name(), ips);
        }
        if (!known.isEmpty()) {
            ips.forEach(
                    ip -> names.put(ip, known.getFirst() + "." + other.network().name()));
        }
    }

    private static void link(Attachment mine, Attachment other, Map<String, Set<Ip>> addresses) {
        mine.endpoint().request().links().forEach((alias, container) -> {
            boolean meant = other.endpoint().names().getFirst().equals(container)
                    || other.endpoint().container().hex().equals(container)
                    || other.endpoint().container().shortHex().equals(container);
            if (meant) {
                add(addresses, alias, ips(other));
            }
        });
    }

    private static List<Ip> ips(Attachment a) {
        return a.endpoint().addresses().stream().map(AddressWithPrefix::address).toList();
    }

    private static void add(Map<String, Set<Ip>> addresses, String name, List<Ip> ips) {
        addresses
                .computeIfAbsent(name.toLowerCase(java.util.Locale.ROOT), _ -> new LinkedHashSet<>())
                .addAll(ips);
    }
}
