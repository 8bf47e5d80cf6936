package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.base.IdMap;
import dev.gantry.runtime.oci.DefaultSpec;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.RuntimeSpec;
import dev.gantry.runtime.oci.SpecBuilder;
import dev.gantry.runtime.seccomp.SeccompProfile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// From what was asked for to an OCI runtime configuration. Pure.
final class RuntimeConfig {
    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// Stands for the namespace of another container: whose, the launch context says.
    private static final String SHARED = "/proc/self/ns/net";

    /// The user namespace: with these ids, which the host has all when they are the same; `joined`: it is another's.
    record Users(IdMap ids, boolean joined) {}

    private RuntimeConfig() {}

    static RuntimeSpec of(
            ContainerSpec spec,
            String hostname,
            UserLookup.Identity user,
            Container.Files files,
            HostFacts host,
            Users users,
            SeccompProfile standard,
            Sources sources,
            NamedDevices.Needs devices,
            HostDevices.Far far) {
        IsolationCheck.check(spec.isolation(), host.cgroups());
        SpecBuilder b = DefaultSpec.builder(host)
                .args(argv(spec.command()))
                .env(env(spec, hostname, user.home(), devices.env()))
                .cwd(
                        spec.command().workingDir().isEmpty()
                                ? "/"
                                : spec.command().workingDir())
                .user(user.uid(), user.gid(), groups(user, devices))
                .hostname(spec.isolation().uts().equals("host") ? "" : hostname)
                .domainname(spec.domainname());
        if (spec.streams().tty()) {
            b.terminal();
        }
        if (spec.network() == ContainerSpec.Network.HOST) {
            b.hostNetwork();
        } else if (spec.network() == ContainerSpec.Network.CONTAINER) {
            b.joinNetwork(SHARED);
        }
        if (users.joined()) {
            b.join("user");
        } else if (!users.ids().isSame()) {
            b.userNamespace(users.ids());
        }
        security(b, spec.security());
        seccomp(b, spec.security(), spec.isolation().privileged(), standard);
        resources(b, spec.resources());
        IsolationConfig.apply(b, spec, far);
        devices.nodes().forEach(d -> b.device(d.device(), d.access()));
        mounts(b, spec, files, sources, devices.mounts());
        return b.build();
    }

    /// Only what is mounted, for a process that has the container's root and does nothing. `targets` gets the places.
    static RuntimeSpec filesOnly(
            ContainerSpec spec, Container.Files files, HostFacts host, Sources sources, Set<String> targets) {
        SpecBuilder b = DefaultSpec.builder(host).args(List.of("/"));
        List<Placed> all = new ArrayList<>();
        asked(all, spec, sources);
        for (Path own : List.of(files.resolvConf(), files.hostname(), files.hosts())) {
            // They are written at the first start.
            if (Files.exists(own)) {
                own(all, spec, own.toString(), "/etc/" + own.getFileName(), "rw");
            }
        }
        place(b, all);
        all.forEach(p -> targets.add(p.target()));
        return b.build();
    }

    private static List<String> argv(ContainerSpec.Command c) {
        List<String> argv = new ArrayList<>(c.entrypoint());
        argv.addAll(c.args());
        return argv;
    }

    private static List<Long> groups(UserLookup.Identity user, NamedDevices.Needs devices) {
        if (devices.groups().isEmpty()) {
            return user.groups();
        }
        List<Long> all = new ArrayList<>(user.groups());
        devices.groups().stream().filter(g -> !all.contains(g)).forEach(all::add);
        return all;
    }

    private static List<String> env(ContainerSpec spec, String hostname, String home, List<String> ofDevices) {
        List<String> env = new ArrayList<>();
        List<String> asked = spec.command().env();
        addUnlessNamed(env, asked, PATH);
        addUnlessNamed(env, asked, "HOSTNAME=" + hostname);
        if (spec.streams().tty()) {
            addUnlessNamed(env, asked, "TERM=xterm");
        }
        env.addAll(asked);
        addUnlessNamed(env, asked, "HOME=" + home);
        for (String variable : ofDevices) {
            String name = SpecMerge.nameOf(variable);
            env.removeIf(v -> SpecMerge.nameOf(v).equals(name));
            env.add(variable);
        }
        return env;
    }

    static void addUnlessNamed(List<String> env, List<String> asked, String variable) {
        String name = SpecMerge.nameOf(variable);
        if (asked.stream().noneMatch(v -> SpecMerge.nameOf(v).equals(name))) {
            env.add(variable);
        }
    }

    private static void security(SpecBuilder b, Security s) {
        b.capabilities(s.capAdd(), s.capDrop());
        b.noNewPrivileges(s.noNewPrivileges());
        b.readonlyRoot(s.readonlyRootfs());
        for (String sysctl : s.sysctls()) {
            int equals = sysctl.indexOf('=');
            b.sysctl(sysctl.substring(0, equals), sysctl.substring(equals + 1));
        }
    }

    private static void seccomp(SpecBuilder b, Security s, boolean privileged, SeccompProfile standard) {
        switch (s.seccomp()) {
            case DEFAULT -> {
                if (!privileged) {
                    b.seccomp(standard);
                }
            }
            case UNCONFINED -> {}
            case PROFILE -> b.seccomp(SeccompProfile.parse(s.seccompProfile()));
        }
    }

    private static void resources(SpecBuilder b, Resources r) {
        if (r.memoryBytes() > 0) {
            b.memory(r.memoryBytes());
        }
        if (r.memorySwapBytes() != 0) {
            b.memorySwap(r.memorySwapBytes());
        }
        if (r.memoryReservationBytes() > 0) {
            b.memoryReservation(r.memoryReservationBytes());
        }
        if (r.cpuNanos() > 0) {
            b.cpuNanos(r.cpuNanos());
        } else {
            b.cpuQuota(r.cpuQuotaMicros(), r.cpuPeriodMicros());
        }
        if (r.cpuShares() > 0) {
            b.cpuShares(r.cpuShares());
        }
        b.cpuset(r.cpusetCpus(), r.cpusetMems());
        b.pidsLimit(r.pidsLimit());
        if (r.shmBytes() > 0) {
            b.shmSize(r.shmBytes());
        }
        if (r.oomScoreAdj() != 0) {
            b.oomScoreAdj(r.oomScoreAdj());
        }
        r.ulimits().forEach(u -> b.ulimit(u.name(), u.soft(), u.hard()));
    }

    /// Outer places before inner ones, whatever the order they were asked for in.
    private static void mounts(
            SpecBuilder b,
            ContainerSpec spec,
            Container.Files files,
            Sources sources,
            List<NamedDevices.Mount> ofDevices) {
        List<Placed> all = new ArrayList<>();
        String ro = spec.security().readonlyRootfs() ? "ro" : "rw";
        own(all, spec, files.resolvConf().toString(), "/etc/resolv.conf", ro);
        own(all, spec, files.hostname().toString(), "/etc/hostname", ro);
        own(all, spec, files.hosts().toString(), "/etc/hosts", ro);
        asked(all, spec, sources);
        ofDevices.forEach(m -> all.add(new Placed(m.target(), p -> p.bind(m.source(), m.target(), m.options()))));
        spec.tmpfs().forEach(t -> all.add(new Placed(t.target(), p -> p.tmpfs(t.target(), t.options()))));
        place(b, all);
    }

    private static void place(SpecBuilder b, List<Placed> all) {
        all.sort(Comparator.comparingInt(Placed::depth));
        all.forEach(mount -> mount.put().accept(b));
    }

    private static void asked(List<Placed> all, ContainerSpec spec, Sources sources) {
        for (ContainerSpec.Bind bind : spec.binds()) {
            List<String> options = new ArrayList<>();
            options.add(bind.recursive() ? "rbind" : "bind");
            options.add(!bind.readOnly() ? "rw" : bind.recursive() && !bind.writableBelow() ? "rro" : "ro");
            options.add(bind.propagation().isEmpty() ? "rprivate" : bind.propagation());
            String source = sources.has(bind.target()) ? sources.of(bind.target()) : bind.source();
            all.add(new Placed(bind.target(), p -> p.bind(source, bind.target(), options)));
        }
        for (MountsSpec.OfVolume v : spec.mounts().volumes()) {
            List<String> options = List.of("rbind", v.readOnly() ? "rro" : "rw", "rprivate");
            all.add(new Placed(v.target(), p -> p.bind(sources.of(v.target()), v.target(), options)));
        }
        for (MountsSpec.OfImage i : spec.mounts().images()) {
            List<String> options = List.of("bind", i.writable() ? "rw" : "ro", "rprivate");
            all.add(new Placed(i.target(), p -> p.bind(sources.of(i.target()), i.target(), options)));
        }
    }

    private record Placed(String target, Consumer<SpecBuilder> put) {
        int depth() {
            return (int) MountCheck.plain(target).chars().filter(c -> c == '/').count();
        }
    }

    private static void own(List<Placed> all, ContainerSpec spec, String source, String target, String access) {
        if (!MountCheck.targets(spec).contains(target)) {
            all.add(new Placed(target, p -> p.bind(source, target, List.of("bind", access, "rprivate"))));
        }
    }

    /// The name the container has: the asked one, the host's on the host's network, else the beginning of its id.
    static String hostname(ContainerSpec spec, ContainerId id, String hosts) {
        if (!spec.hostname().isEmpty()) {
            return spec.hostname();
        }
        boolean ofHost = spec.network() == ContainerSpec.Network.HOST
                || spec.isolation().uts().equals("host");
        return ofHost ? hosts : id.shortHex();
    }
}
