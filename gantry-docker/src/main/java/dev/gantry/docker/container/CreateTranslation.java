package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.json.Wire;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.DevicesSpec;
import dev.gantry.engine.container.Resources;
import dev.gantry.engine.container.RestartPolicy;
import dev.gantry.engine.container.Security;
import dev.gantry.engine.container.SpecBuilder;
import dev.gantry.network.address.Ip;
import dev.gantry.network.files.HostsFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A create request as a spec of the engine. Pure. The request itself goes along as the door's notes, and comes back
/// at inspection.
final class CreateTranslation {
    private CreateTranslation() {}

    /// As it was asked for.
    static ContainerSpec spec(CreateRequest r, HostConfig host, UnaryOperator<String> networkIds, int minor) {
        return spec(r, host, host, networkIds, minor);
    }

    /// `host` has passed [HostConfigCheck]. `shown` is what inspection tells of it.
    static ContainerSpec spec(
            CreateRequest r, HostConfig shown, HostConfig host, UnaryOperator<String> networkIds, int minor) {
        Networking networking = Networking.of(r, host, networkIds);
        SpecBuilder spec = ContainerSpec.of(r.image())
                .entrypoint(list(r.entrypoint()))
                .args(list(r.cmd()))
                .env(list(r.env()))
                .user(r.user())
                .workingDir(r.workingDir())
                .tty(r.tty())
                .openStdin(r.openStdin(), r.stdinOnce())
                .hostname(r.hostname())
                .domainname(r.domainname())
                .resources(resources(host))
                .security(security(host))
                .devices(devices(host))
                .network(networking.kind())
                .networking(networking.spec())
                .names(new ContainerSpec.Names(
                        extraHosts(list(host.extraHosts())),
                        list(host.dns()),
                        list(host.dnsSearch()),
                        list(host.dnsOptions())))
                .init(Boolean.TRUE.equals(host.init()))
                .labels(r.labels() == null ? Map.of() : r.labels())
                .stop(
                        r.stopSignal() == null ? "" : r.stopSignal(),
                        r.stopTimeout() == null ? ContainerSpec.Stop.DEFAULT : r.stopTimeout())
                .restart(restart(host.restartPolicy()))
                .autoRemove(host.autoRemove())
                .log(LogTranslation.of(host.logConfig()))
                .health(HealthTranslation.spec(r.healthcheck()))
                .isolation(IsolationTranslation.isolation(host, minor))
                .rareLimits(IsolationTranslation.limits(host))
                .doorNotes(Wire.json().toJson(CreateRequest.of(r.config(), shown)));
        if (host.tmpfs() != null) {
            host.tmpfs().forEach((target, options) -> spec.tmpfs(target, commas(options)));
        }
        list(host.binds()).forEach(bind -> Binds.add(spec, bind, host.volumeDriver()));
        spec.volumeDriver(host.volumeDriver());
        if (r.volumes() != null) {
            r.volumes().keySet().forEach(spec::declareVolume);
        }
        list(host.volumesFrom()).forEach(spec::volumesFrom);
        Binds.addMounts(spec, host.mounts());
        return spec.build();
    }

    private static DevicesSpec devices(HostConfig h) {
        if (h.devices().isEmpty()
                && (h.deviceRequests() == null || h.deviceRequests().isEmpty())) {
            return DevicesSpec.NONE;
        }
        List<DevicesSpec.Device> devices = h.devices().stream()
                .map(d -> new DevicesSpec.Device(d.pathOnHost(), d.pathInContainer(), d.cgroupPermissions()))
                .toList();
        List<String> named = IsolationTranslation.named(h);
        return new DevicesSpec(devices, named);
    }

    private static Resources resources(HostConfig h) {
        List<Resources.Ulimit> limits = h.ulimits().stream()
                .map(u -> new Resources.Ulimit(u.name(), u.soft(), u.hard()))
                .toList();
        return new Resources(
                h.memory(),
                h.memorySwap(),
                h.memoryReservation(),
                h.nanoCpus(),
                h.cpuQuota(),
                h.cpuPeriod(),
                h.cpuShares(),
                h.cpusetCpus(),
                h.cpusetMems(),
                h.pidsLimit() == null ? 0 : h.pidsLimit(),
                h.shmSize(),
                h.oomScoreAdj(),
                limits);
    }

    private static Security security(HostConfig h) {
        Security.Seccomp seccomp = Security.Seccomp.DEFAULT;
        String profile = "";
        boolean noNewPrivileges = false;
        for (String option : list(h.securityOpt())) {
            int split = option.indexOf('=') >= 0 ? option.indexOf('=') : option.indexOf(':');
            String name = split < 0 ? option : option.substring(0, split);
            String value = split < 0 ? "" : option.substring(split + 1);
            switch (name) {
                case "no-new-privileges" -> noNewPrivileges = value.isEmpty() || bool(option, value);
                case "seccomp" -> {
                    seccomp = switch (value) {
                        case "unconfined" -> Security.Seccomp.UNCONFINED;
                        case "builtin" -> Security.Seccomp.DEFAULT;
                        default -> Security.Seccomp.PROFILE;
                    };
                    profile = seccomp == Security.Seccomp.PROFILE ? value : "";
                }
                case "apparmor" -> refuseUnless(value.equals("unconfined"), option);
                case "label" -> refuseUnless(value.equals("disable"), option);
                default -> throw DockerError.badParameter("invalid --security-opt: \"" + option + "\"");
            }
        }
        List<String> sysctls = new ArrayList<>();
        if (h.sysctls() != null) {
            h.sysctls().forEach((name, value) -> sysctls.add(name + "=" + value));
        }
        return new Security(
                list(h.capAdd()),
                list(h.capDrop()),
                seccomp,
                profile,
                noNewPrivileges,
                h.readonlyRootfs(),
                list(h.groupAdd()),
                sysctls);
    }

    static RestartPolicy restart(dev.gantry.api.container.RestartPolicy asked) {
        String name = asked.name();
        int retries = asked.maximumRetryCount();
        for (RestartPolicy.Kind kind : RestartPolicy.Kind.values()) {
            if (kind.text().equals(name) || (name.isEmpty() && kind == RestartPolicy.Kind.NO)) {
                return new RestartPolicy(kind, retries);
            }
        }
        throw DockerError.badParameter("invalid restart policy: unknown policy '" + name
                + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
    }

    private static List<String> extraHosts(List<String> hosts) {
        for (String host : hosts) {
            if (host.indexOf(':') <= 0) {
                throw DockerError.badParameter("bad format for add-host: \"" + host + "\"");
            }
            String address = host.substring(host.indexOf(':') + 1);
            if (!address.equals(HostsFile.HOST_GATEWAY) && Ip.find(address).isEmpty()) {
                throw DockerError.badParameter("invalid IP address in add-host: \"" + address + "\"");
            }
        }
        return hosts;
    }

    private static void refuseUnless(boolean fine, String option) {
        if (!fine) {
            throw DockerError.later("the security option " + option);
        }
    }

    private static boolean bool(String option, String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw DockerError.badParameter("invalid --security-opt: \"" + option + "\"");
        };
    }

    static List<String> commas(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(","));
    }

    static List<String> list(@Nullable List<String> values) {
        return values == null ? List.of() : values;
    }
}
