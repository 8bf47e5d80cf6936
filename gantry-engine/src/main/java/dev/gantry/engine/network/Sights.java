package dev.gantry.engine.network;

import dev.gantry.base.Conflict;
import dev.gantry.engine.container.ContainerNetworks.Whereabouts;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.rootless.Outside;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.endpoint.NetworkPlan;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.files.ResolvConf;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.Instance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What a container sees of its networks from inside: addresses, the host, its links.
final class Sights {
    private final NetworkBook book;
    private final Instance instance;
    private final Optional<Outside> outside;

    /// @param outside the host, for an engine in namespaces of its own
    Sights(NetworkBook book, Instance instance, Optional<Outside> outside) {
        this.book = book;
        this.instance = instance;
        this.outside = outside;
    }

    Whereabouts of(String name, List<Attachment> attachments) {
        List<Ip> own = new ArrayList<>();
        List<Whereabouts.Other> others = new ArrayList<>();
        Set<Ip> host = new LinkedHashSet<>();
        boolean embedded = false;
        for (Attachment a : attachments) {
            if (Drivers.hasNames(a.network().name())) {
                embedded = true;
            } else {
                linked(name, a, others);
            }
            if (!a.network().name().equals(Drivers.WAY_OUT)) {
                own.addAll(ips(a));
            }
        }
        SandboxPlan plan = SandboxPlan.of(instance, attachments, Map.of());
        for (Attachment a : attachments) {
            boolean leadsOut = plan.endpoints().stream()
                    .anyMatch(p -> p.endpoint().equals(a.endpoint().id()) && p.hasDefaultGateway());
            if (leadsOut) {
                host.addAll(hostOf(a));
            }
        }
        return new Whereabouts(
                own,
                List.copyOf(host),
                others,
                embedded ? Whereabouts.Names.EMBEDDED : Whereabouts.Names.DIRECT,
                resolver(attachments));
    }

    /// That of the first network whose driver names one.
    private static Given.Resolver resolver(List<Attachment> attachments) {
        return attachments.stream()
                .map(a -> a.endpoint().given().resolver())
                .filter(r -> !r.equals(Given.NOTHING.resolver()))
                .findFirst()
                .orElse(Given.NOTHING.resolver());
    }

    /// Where the container reaches the host. A bridge in namespaces of our own is not on it: there it is the address
    /// that the host has for others, where it has one.
    private List<Ip> hostOf(Attachment a) {
        List<Ip> ofBridge = NetworkPlan.of(instance, a.network()).hostAddresses();
        if (outside.isEmpty()) {
            return ofBridge;
        }
        try {
            List<Ip> real = outside.get().addresses().stream().filter(Ip::isV4).toList();
            return real.isEmpty() ? ofBridge : real;
        } catch (IOException e) {
            return ofBridge;
        }
    }

    /// On the default network, where containers have no names, a link is a line of the hosts file.
    private void linked(String name, Attachment mine, List<Whereabouts.Other> others) {
        mine.endpoint().request().links().forEach((alias, container) -> {
            Attachment other = book.attachments().stream()
                    .filter(a -> a.network().id().equals(mine.network().id()) && isCalled(a, container))
                    .findFirst()
                    .orElseThrow(() -> new Conflict(
                            "start container " + name,
                            "Cannot link to a non running container: /" + container + " AS /" + name + "/" + alias,
                            "start " + container + " first, on the same network"));
            Set<String> names = new LinkedHashSet<>();
            names.add(alias);
            names.add(other.endpoint().container().shortHex());
            names.addAll(other.endpoint().names());
            ips(other).forEach(ip -> others.add(new Whereabouts.Other(ip, String.join(" ", names))));
        });
    }

    private static boolean isCalled(Attachment a, String container) {
        return a.endpoint().names().getFirst().equals(container)
                || a.endpoint().container().hex().equals(container)
                || a.endpoint().container().shortHex().equals(container);
    }

    private static List<Ip> ips(Attachment a) {
        return a.endpoint().addresses().stream().map(AddressWithPrefix::address).toList();
    }

    /// Whom the engine asks for a container: whom it named, else whom a driver named, else whom the host asks.
    static List<Ip> upstreams(ContainerSpec spec, List<Attachment> attachments) {
        List<String> wanted = spec.names().dns().isEmpty()
                ? resolver(attachments).servers()
                : spec.names().dns();
        List<Ip> named = wanted.stream().flatMap(text -> Ip.find(text).stream()).toList();
        if (!named.isEmpty()) {
            return named;
        }
        try {
            return ResolvConf.parse(Files.readString(Path.of("/etc/resolv.conf")))
                    .upstreams();
        } catch (IOException e) {
            return List.of();
        }
    }
}
