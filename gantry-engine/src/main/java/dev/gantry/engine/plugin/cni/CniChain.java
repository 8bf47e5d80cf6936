package dev.gantry.engine.plugin.cni;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.plugin.PluginAnswer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The plugins of one network, as CNI specification 1.1 §"Section 3: Execution of Network Configurations"
/// has it. What
/// [#add] began and could not end is taken back.
///
/// ```java
/// var chain = new CniChain(CniList.find(Path.of("/etc/cni/net.d"), "web").network(), CniChain.USUAL_PLACES,
/// CniChain.TIMEOUT);
/// CniResult result = chain.add(CniAttachment.of(container, "/proc/4711/ns/net", "eth0"));
/// chain.delete(CniAttachment.of(container, "", "eth0"), result.document());
/// ```
public final class CniChain {
    /// Where distributions put plugins.
    public static final List<Path> USUAL_PLACES =
            List.of(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"), Path.of("/usr/libexec/cni"));

    /// Of one plugin.
    public static final Duration TIMEOUT = Duration.ofMinutes(1);

    private final CniNetwork network;
    private final CniProgram program;
    private @Nullable CniVersion version; // guarded by this

    public CniChain(CniNetwork network, List<Path> directories, Duration timeout) {
        this.network = network;
        this.program = new CniProgram(directories, timeout);
    }

    /// Makes the interface; the result is that of the last plugin.
    public CniResult add(CniAttachment a) {
        String what = "add " + a.interfaceName() + " to network " + network.name();
        CniVersion spoken = version();
        Map<String, @Nullable Object> before = Map.of();
        @Nullable CniResult result = null;
        try {
            for (CniNetwork.Plugin p : network.plugins()) {
                PluginAnswer answer =
                        program.run(what, p.type(), "ADD", environment(a), configuration(p, spoken, a, orNull(before)));
                // Nobody gets a lie to go on with, nor to take back by.
                result = CniResult.read(answer);
                before = result.document();
            }
            return java.util.Objects.requireNonNull(result);
        } catch (GantryException failure) {
            try {
                delete(a, before);
            } catch (GantryException left) {
                failure.addSuppressed(left);
            }
            throw failure;
        }
    }

    /// Takes it away: every plugin is asked, the last one first, also when another failed. What is gone
    /// already is
    /// no error. `result` is the document of [#add], or empty when nobody has it any more.
    public void delete(CniAttachment a, Map<String, @Nullable Object> result) {
        String what = "delete " + a.interfaceName() + " from network " + network.name();
        CniVersion spoken = version();
        GantryException first = null;
        for (CniNetwork.Plugin p : network.plugins().reversed()) {
            try {
                program.run(what, p.type(), "DEL", environment(a), configuration(p, spoken, a, orNull(result)));
            } catch (GantryException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /// Throws when the interface is not as it was made. Nothing where the network says so, or its version
    /// has no CHECK.
    public void check(CniAttachment a, Map<String, @Nullable Object> result) {
        CniVersion spoken = version();
        if (network.disableCheck() || !spoken.hasCheck()) {
            return;
        }
        String what = "check " + a.interfaceName() + " in network " + network.name();
        for (CniNetwork.Plugin p : network.plugins()) {
            program.run(what, p.type(), "CHECK", environment(a), configuration(p, spoken, a, orNull(result)));
        }
    }

    /// Lets the plugins forget what belongs to none of these. [Unsupported] before version 1.1.0.
    public void collect(Collection<CniAttachment> valid) {
        String what = "collect garbage of network " + network.name();
        if (network.disableGc()) {
            return;
        }
        if (!version().hasGarbageCollection()) {
            throw new Unsupported(
                    what, "its plugins speak " + version() + ", and GC begins with 1.1.0", "delete each attachment");
        }
        List<Map<String, String>> attachments = valid.stream()
                .map(a -> Map.of("containerID", a.containerId(), "ifname", a.interfaceName()))
                .toList();
        for (CniNetwork.Plugin p : network.plugins()) {
            Map<String, @Nullable Object> configuration = named(p, version());
            configuration.put("cni.dev/valid-attachments", attachments);
            program.run(what, p.type(), "GC", Map.of(), configuration);
        }
    }

    /// Throws what a plugin says that cannot serve now. Nothing before version 1.1.0.
    public void status() {
        if (version().hasGarbageCollection()) {
            for (CniNetwork.Plugin p : network.plugins()) {
                program.run(
                        "ask for the status of " + network.name(), p.type(), "STATUS", Map.of(), named(p, version()));
            }
        }
    }

    /// The newest version that the file allows and every plugin speaks; asked once.
    synchronized CniVersion version() {
        CniVersion known = version;
        if (known != null) {
            return known;
        }
        List<Set<String>> supported = new ArrayList<>();
        supported.add(network.versions());
        Set<String> asked = new TreeSet<>();
        for (CniNetwork.Plugin p : network.plugins()) {
            if (asked.add(p.type())) {
                supported.add(new TreeSet<>(program.run(
                                "ask for versions",
                                p.type(),
                                "VERSION",
                                // Old plugins want all of these even here.
                                Map.of("CNI_CONTAINERID", "dummy", "CNI_NETNS", "dummy", "CNI_IFNAME", "dummy"),
                                Map.of("cniVersion", CniVersion.V1_1_0.toString()))
                        .texts("supportedVersions")));
            }
        }
        CniVersion newest = CniVersion.newestOf(supported)
                .orElseThrow(() -> new InvalidArgument(
                        "use CNI network " + network.name(),
                        "no version is spoken by all: the file allows " + network.versions() + ", its plugins "
                                + PluginAnswer.shown(
                                        supported.subList(1, supported.size()).toString()),
                        "name a cniVersion that the plugins speak, or a list in cniVersions"));
        version = newest;
        return newest;
    }

    private static Map<String, String> environment(CniAttachment a) {
        List<String> arguments = new ArrayList<>();
        a.arguments().forEach((key, value) -> arguments.add(key + "=" + value));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_CONTAINERID", a.containerId());
        environment.put("CNI_NETNS", a.namespace());
        environment.put("CNI_IFNAME", a.interfaceName());
        environment.put("CNI_ARGS", String.join(";", arguments));
        return environment;
    }

    private Map<String, @Nullable Object> named(CniNetwork.Plugin p, CniVersion spoken) {
        Map<String, @Nullable Object> configuration = new LinkedHashMap<>(p.configuration());
        configuration.put("name", network.name());
        configuration.put("cniVersion", spoken.toString());
        return configuration;
    }

    private Map<String, @Nullable Object> configuration(
            CniNetwork.Plugin p, CniVersion spoken, CniAttachment a, @Nullable Map<String, @Nullable Object> previous) {
        Map<String, @Nullable Object> configuration = named(p, spoken);
        Map<String, Object> runtime = new LinkedHashMap<>(a.runtime());
        runtime.keySet().retainAll(p.capabilities());
        if (!runtime.isEmpty()) {
            configuration.put("runtimeConfig", runtime);
        }
        if (previous != null) {
            configuration.put("prevResult", previous);
        }
        return configuration;
    }

    private static @Nullable Map<String, @Nullable Object> orNull(Map<String, @Nullable Object> result) {
        return result.isEmpty() ? null : result;
    }
}
