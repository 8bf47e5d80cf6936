package dev.gantry.engine.managed;

import dev.gantry.engine.managed.PluginConfig.Device;
import dev.gantry.engine.managed.PluginConfig.Mount;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a configuration says, as the document that it is on the wire.
final class ConfigTree {
    private ConfigTree() {}

    /// The document, with the names of the wire.
    static Map<String, @Nullable Object> of(PluginConfig c) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("DockerVersion", c.dockerVersion());
        all.put("Description", c.description());
        all.put("Documentation", c.documentation());
        all.put("Interface", ordered("Types", c.types(), "Socket", c.socket(), "ProtocolScheme", c.protocolScheme()));
        all.put("Entrypoint", c.entrypoint());
        all.put("WorkDir", c.workDir());
        all.put("User", ordered("UID", c.uid(), "GID", c.gid()));
        all.put("Network", ordered("Type", c.network()));
        all.put(
                "Linux",
                ordered(
                        "Capabilities",
                        c.capabilities(),
                        "AllowAllDevices",
                        c.allowAllDevices(),
                        "Devices",
                        devices(c.devices())));
        all.put("PropagatedMount", c.propagatedMount());
        all.put("IpcHost", c.ipcHost());
        all.put("PidHost", c.pidHost());
        all.put("Mounts", mounts(c.mounts()));
        List<Object> variables = new ArrayList<>();
        c.env()
                .forEach(v -> variables.add(ordered(
                        "Name",
                        v.name(),
                        "Description",
                        v.description(),
                        "Settable",
                        v.settable(),
                        "Value",
                        v.value().orElse(null))));
        all.put("Env", variables);
        all.put(
                "Args",
                ordered(
                        "Name",
                        c.args().name(),
                        "Description",
                        c.args().description(),
                        "Settable",
                        c.args().settable(),
                        "Value",
                        c.args().value()));
        all.put("rootfs", ordered("type", "layers", "diff_ids", c.diffIds()));
        return all;
    }

    static List<Object> mounts(List<Mount> mounts) {
        List<Object> all = new ArrayList<>();
        mounts.forEach(m -> all.add(ordered(
                "Name",
                m.name(),
                "Description",
                m.description(),
                "Settable",
                m.settable(),
                "Source",
                m.source().orElse(null),
                "Destination",
                m.destination(),
                "Type",
                m.type(),
                "Options",
                m.options())));
        return all;
    }

    static List<Object> devices(List<Device> devices) {
        List<Object> all = new ArrayList<>();
        devices.forEach(d -> all.add(ordered(
                "Name",
                d.name(),
                "Description",
                d.description(),
                "Settable",
                d.settable(),
                "Path",
                d.path().orElse(null))));
        return all;
    }

    private static Map<String, @Nullable Object> ordered(@Nullable Object... pairs) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return all;
    }
}
