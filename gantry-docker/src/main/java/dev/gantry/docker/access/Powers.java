package dev.gantry.docker.access;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.DevicesSpec;
import dev.gantry.engine.container.IsolationSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.Security;
import dev.gantry.network.model.Drivers;
import dev.gantry.network.model.NetworkSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What a container has that some callers may not give it. Pure.
final class Powers {
    /// What a volume of this host may be asked for without a place of the host in it.
    private static final Set<String> OF_PLAIN_VOLUMES = Set.of("size", "backing");

    /// Log drivers that send to an address of theirs.
    private static final Set<String> SENDERS = Set.of("fluentd", "gelf", "syslog");

    private static final Pattern IN_A_NETWORK = Pattern.compile("(udp|tcp|tls|tcp\\+tls)://.+");

    private static final String NETWORK_OPTION = "com.docker.network.";

    /// Of the options that drivers read, those that touch nothing but the network itself.
    private static final Set<String> OF_PLAIN_NETWORKS = Set.of(
            "enable_ipv4",
            "enable_ipv6",
            "container_iface_prefix",
            "driver.mtu",
            "bridge.enable_icc",
            "bridge.enable_ip_masquerade",
            "bridge.gateway_mode_ipv4",
            "bridge.gateway_mode_ipv6",
            "bridge.host_binding_ipv4",
            "bridge.inhibit_ipv4");

    private Powers() {}

    /// More rights than a container of this daemon usually has.
    static Optional<String> beyondUsual(ContainerSpec spec, Surroundings around) {
        IsolationSpec i = spec.isolation();
        Security s = spec.security();
        if (i.privileged()) {
            return asks("Privileged");
        }
        for (String mode : List.of(i.pid(), i.ipc(), i.uts(), i.cgroupns())) {
            if (mode.equals("host")) {
                return asks("a namespace of the host");
            }
        }
        if (around.mapsIds() && i.userns().equals("host")) {
            return asks("the user namespace of the host");
        }
        if (spec.network() == ContainerSpec.Network.HOST) {
            return asks("the network of the host");
        }
        if (i.maskedPaths() != null || i.readonlyPaths() != null) {
            return asks("other MaskedPaths or ReadonlyPaths");
        }
        if (!i.deviceRules().isEmpty() || !spec.devices().equals(DevicesSpec.NONE)) {
            return asks("devices");
        }
        if (!i.cgroupParent().isEmpty()) {
            return asks("CgroupParent");
        }
        if (!s.capAdd().isEmpty()) {
            return asks("CapAdd");
        }
        return beyondUsual(s, around.usual().get().security());
    }

    /// Which of two written filters is weaker nobody can tell.
    private static Optional<String> beyondUsual(Security s, Security usual) {
        boolean same = s.seccomp() == usual.seccomp() && s.seccompProfile().equals(usual.seccompProfile());
        boolean stricter = s.seccomp() == Security.Seccomp.DEFAULT && usual.seccomp() == Security.Seccomp.UNCONFINED;
        if (!same && !stricter) {
            return asks("another filter of system calls");
        }
        if (usual.noNewPrivileges() && !s.noNewPrivileges()) {
            return asks("no-new-privileges=false");
        }
        return Optional.empty();
    }

    /// The containers whose namespaces it uses.
    static List<ContainerId> sharedWith(ContainerSpec spec) {
        List<ContainerId> all = new ArrayList<>();
        if (spec.network() == ContainerSpec.Network.CONTAINER) {
            all.add(new ContainerId(spec.networking().container()));
        }
        for (String mode : List.of(spec.isolation().pid(), spec.isolation().ipc())) {
            if (IsolationSpec.isOther(mode)) {
                all.add(new ContainerId(IsolationSpec.other(mode)));
            }
        }
        return all;
    }

    /// Files of the host, or sockets of its programs.
    static Optional<String> filesOfTheHost(ContainerSpec spec, Surroundings around) {
        if (!spec.binds().isEmpty()) {
            return asks("the path " + spec.binds().getFirst().source() + " of the host");
        }
        if (isDirectory(spec.image()) || spec.mounts().images().stream().anyMatch(m -> isDirectory(m.image()))) {
            return asks("a directory of the host as an image");
        }
        for (MountsSpec.OfVolume v : spec.mounts().volumes()) {
            Optional<String> option = hostOptions(v.options())
                    .or(() -> around.volumes().apply(v.name()).flatMap(there -> hostOptions(there.options())));
            if (option.isPresent()) {
                return option;
            }
        }
        ContainerSpec.LogConfig log = spec.log();
        return log.isForwarded() && !log.equals(around.usual().get().log()) ? hostLog(log) : Optional.empty();
    }

    static Optional<String> hostOptions(Map<String, String> options) {
        return options.keySet().stream()
                .filter(name -> !OF_PLAIN_VOLUMES.contains(name))
                .findFirst()
                .flatMap(name -> asks("a volume with the option " + name));
    }

    /// Sockets and files of the host.
    private static Optional<String> hostLog(ContainerSpec.LogConfig log) {
        String address = log.options().getOrDefault(log.driver() + "-address", "");
        // Alone among them fluentd's may come without a scheme, and is one of TCP then.
        boolean plain = log.driver().equals("fluentd") && !address.isEmpty() && !address.contains("://");
        if (!SENDERS.contains(log.driver())
                || !(plain || IN_A_NETWORK.matcher(address).matches())) {
            return asks("the log driver " + log.driver() + " without an address in a network");
        }
        return log.options().keySet().stream()
                .filter(name -> name.contains("-tls-") && !name.endsWith("-skip-verify"))
                .findFirst()
                .flatMap(name -> asks("the log option " + name + ", a file of the host"));
    }

    /// Interfaces and addresses of the host, and networks that other programs make.
    static Optional<String> partsOfTheHost(NetworkSpec spec) {
        if (!List.of(Drivers.BRIDGE, Drivers.OVERLAY).contains(spec.driver())) {
            return asks("the driver " + spec.driver());
        }
        if (!spec.ipam().driver().equals(NetworkSpec.Ipam.DEFAULT_DRIVER)) {
            return asks("addresses of the driver " + spec.ipam().driver());
        }
        return spec.options().keySet().stream()
                .filter(name -> name.startsWith(NETWORK_OPTION)
                        && !OF_PLAIN_NETWORKS.contains(name.substring(NETWORK_OPTION.length())))
                .findFirst()
                .flatMap(name -> asks("a network with the option " + name));
    }

    /// A volume with a name may be that of another.
    static Optional<String> namedVolume(ContainerSpec spec) {
        return spec.mounts().volumes().stream()
                .filter(v -> !v.anonymous() && !v.name().isEmpty())
                .findFirst()
                .map(v -> "it asks for the volume " + v.name() + ", which others may use");
    }

    private static boolean isDirectory(String image) {
        return image.startsWith("dir:");
    }

    private static Optional<String> asks(String what) {
        return Optional.of("it asks for " + what);
    }
}
