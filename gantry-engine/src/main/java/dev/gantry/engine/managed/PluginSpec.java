package dev.gantry.engine.managed;

import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.PluginPlaces;
import dev.gantry.runtime.oci.DefaultSpec;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LinuxSpec;
import dev.gantry.runtime.oci.RuntimeSpec;
import dev.gantry.runtime.oci.SpecBuilder;
import dev.gantry.runtime.seccomp.SeccompProfile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// From a plugin's configuration and settings to an OCI runtime configuration. Pure, but for the devices, which are
/// looked at on the host.
final class PluginSpec {
    /// Where a plugin puts its socket.
    private static final String SOCKETS = "/run/docker/plugins";

    /// Where a plugin that collects metrics finds its socket.
    private static final String METRICS = "/run/docker";

    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private PluginSpec() {}

    /// @param sockets the directory of the host that is [#SOCKETS] inside
    /// @param shared what is `PropagatedMount` inside
    /// @param logging what is [PluginPlaces#LOGGING] inside one that is a log driver
    /// @param metrics what is [#METRICS] inside one that collects metrics; has the directories of the others in it
    record Places(Path sockets, Path shared, Path logging, Path metrics) {}

    static RuntimeSpec of(
            String id,
            PluginConfig config,
            PluginSettings settings,
            Places places,
            HostFacts host,
            Function<String, LinuxSpec.Device> devices) {
        List<String> args = new ArrayList<>(config.entrypoint());
        args.addAll(settings.args());
        List<String> env = new ArrayList<>();
        if (settings.env().stream().noneMatch(v -> v.startsWith("PATH="))) {
            env.add(PATH);
        }
        env.addAll(settings.env());
        SpecBuilder b = DefaultSpec.builder(host)
                .args(args)
                .env(env)
                .cwd(config.workDir().isEmpty() ? "/" : config.workDir())
                .user(config.uid(), config.gid(), List.of())
                .hostname(id.substring(0, 12))
                .capabilities(config.capabilities(), List.of())
                .seccomp(SeccompProfile.standard());
        if (config.network().equals("host")) {
            b.hostNetwork();
            b.bind("/etc/hosts", "/etc/hosts", List.of("rbind", "ro"));
            b.bind("/etc/resolv.conf", "/etc/resolv.conf", List.of("rbind", "ro"));
        }
        if (config.pidHost()) {
            b.hostPids();
        }
        if (config.ipcHost()) {
            b.hostIpc();
        }
        if (config.allowAllDevices()) {
            b.anyDevice();
        }
        settings.devices().forEach(d -> d.path().ifPresent(path -> b.device(devices.apply(path), "rwm")));
        settings.mounts().forEach(m -> mount(b, m));
        boolean collects = config.is(PluginKind.METRICS.type());
        if (collects) {
            b.bind(places.metrics().toString(), METRICS, List.of("rbind", "ro")); // the next ones go inside
        }
        b.bind(places.sockets().toString(), SOCKETS, List.of("rbind", "rw"));
        if (config.is(PluginKind.LOG.type())) {
            b.bind(places.logging().toString(), PluginPlaces.LOGGING.toString(), List.of("rbind", "rw"));
        }
        // dockerd wants this place propagated for a socket that is mounted later; here it is there from the beginning.
        if (!config.propagatedMount().isEmpty()
                && !(collects && config.propagatedMount().equals(METRICS))) {
            b.bind(places.shared().toString(), config.propagatedMount(), List.of("rbind", "rw", "rshared"));
        }
        return b.build();
    }

    private static void mount(SpecBuilder b, PluginConfig.Mount m) {
        String source = m.source().orElse("");
        boolean bind = m.type().isEmpty()
                || m.type().equals("bind")
                || m.options().contains("bind")
                || m.options().contains("rbind");
        if (bind) {
            b.bind(source, m.destination(), m.options());
        } else {
            b.mount(m.type(), source, m.destination(), m.options());
        }
    }
}
