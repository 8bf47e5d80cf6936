package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.LogConfig;
import dev.gantry.api.container.Ulimit;
import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.container.ContainerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What containers have that did not ask for it, because the daemon was told so. Pure.
///
/// @param log of those that name no driver; its options also of those that name this one
/// @param shmBytes 0: the engine's own
/// @param ipcMode empty: the engine's own
/// @param cgroupnsMode empty: the engine's own
/// @param seccomp empty: the engine's own; else as in `seccomp=` of `SecurityOpt`
public record ContainerDefaults(
        LogConfig log,
        List<Ulimit> ulimits,
        List<String> dns,
        List<String> dnsOptions,
        List<String> dnsSearch,
        long shmBytes,
        String ipcMode,
        String cgroupnsMode,
        boolean init,
        boolean noNewPrivileges,
        String seccomp) {
    public static final ContainerDefaults NONE = new ContainerDefaults(
            LogConfig.DEFAULT, List.of(), List.of(), List.of(), List.of(), 0, "", "", false, false, "");

    public ContainerDefaults {
        ulimits = List.copyOf(ulimits);
        dns = List.copyOf(dns);
        dnsOptions = List.copyOf(dnsOptions);
        dnsSearch = List.copyOf(dnsSearch);
        oneOf("default-ipc-mode", ipcMode, Set.of("", "private", "shareable"));
        oneOf("default-cgroupns-mode", cgroupnsMode, Set.of("", "private", "host"));
    }

    private static void oneOf(String name, String value, Set<String> known) {
        if (!known.contains(value)) {
            throw new InvalidArgument(
                    "read --" + name + " " + value, "invalid mode " + value, "use one of " + String.join(", ", known));
        }
    }

    /// Refuses what no container could have.
    public void check() {
        LogTranslation.of(log);
        usual();
    }

    /// A container that asked for nothing.
    public ContainerSpec usual() {
        HostConfig plain = HostConfig.builder().build();
        CreateRequest request = CreateRequest.of(
                dev.gantry.api.container.ContainerConfig.builder()
                        .image("dir:/")
                        .build(),
                plain);
        return CreateTranslation.spec(request, plain, hidden(shown(plain)), name -> name, Integer.MAX_VALUE);
    }

    /// With what inspection shows as if it had been asked for.
    HostConfig shown(HostConfig asked) {
        if (equals(NONE)) {
            return asked;
        }
        HostConfig.Builder all =
                asked.toBuilder().logConfig(logOf(asked.logConfig())).ulimits(limitsOf(asked.ulimits()));
        if (asked.shmSize() == 0 && shmBytes > 0) {
            all.shmSize(shmBytes);
        }
        if (asked.ipcMode().isEmpty()) {
            all.ipcMode(ipcMode);
        }
        if (asked.cgroupnsMode().isEmpty() && !asked.privileged()) {
            all.cgroupnsMode(cgroupnsMode);
        }
        return all.build();
    }

    /// With what inspection does not show, too.
    HostConfig hidden(HostConfig shown) {
        if (equals(NONE)) {
            return shown;
        }
        HostConfig.Builder all = shown.toBuilder()
                .dns(or(shown.dns(), dns))
                .dnsOptions(or(shown.dnsOptions(), dnsOptions))
                .dnsSearch(or(shown.dnsSearch(), dnsSearch))
                .securityOpt(security(shown));
        if (shown.init() == null && init) {
            all.init(true);
        }
        return all.build();
    }

    private LogConfig logOf(LogConfig asked) {
        if (asked.type().isEmpty() && log.type().isEmpty() && log.config().isEmpty()) {
            return asked;
        }
        String usual = log.type().isEmpty() ? "json-file" : log.type();
        String type = asked.type().isEmpty() ? usual : asked.type();
        if (!type.equals(usual)) {
            return asked;
        }
        Map<String, String> options = new HashMap<>(log.config());
        options.putAll(asked.config());
        return new LogConfig(type, options);
    }

    private List<Ulimit> limitsOf(List<Ulimit> asked) {
        List<Ulimit> all = new ArrayList<>(asked);
        ulimits.stream()
                .filter(d -> asked.stream().noneMatch(a -> a.name().equals(d.name())))
                .forEach(all::add);
        return all;
    }

    private static @Nullable List<String> or(@Nullable List<String> asked, List<String> otherwise) {
        return asked == null || asked.isEmpty() ? (otherwise.isEmpty() ? asked : otherwise) : asked;
    }

    private @Nullable List<String> security(HostConfig asked) {
        List<String> all = new ArrayList<>(CreateTranslation.list(asked.securityOpt()));
        if (noNewPrivileges && all.stream().noneMatch(o -> o.startsWith("no-new-privileges"))) {
            all.add("no-new-privileges");
        }
        if (!seccomp.isEmpty() && !asked.privileged() && all.stream().noneMatch(o -> o.startsWith("seccomp"))) {
            all.add("seccomp=" + seccomp);
        }
        return all.isEmpty() ? asked.securityOpt() : all;
    }
}
