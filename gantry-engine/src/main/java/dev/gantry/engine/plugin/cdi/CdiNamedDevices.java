package dev.gantry.engine.plugin.cdi;

import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.NamedDevices;
import dev.gantry.runtime.oci.LinuxSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/// Devices by the files of some directories, read anew for each container.
public record CdiNamedDevices(List<Path> directories) implements NamedDevices {
    public CdiNamedDevices {
        directories = List.copyOf(directories);
    }

    @Override
    public Needs of(List<String> names, BiFunction<String, String, LinuxSpec.Device> host) {
        CdiEdits edits = CdiDevices.read(directories)
                .resolve(names.stream().map(CdiName::parse).toList());
        return new Needs(
                edits.env(),
                edits.deviceNodes().stream().map(n -> node(n, host)).toList(),
                edits.mounts().stream().map(CdiNamedDevices::mount).toList(),
                edits.additionalGids());
    }

    /// What the file leaves out is as the host's device has it.
    private static Node node(CdiEdits.DeviceNode n, BiFunction<String, String, LinuxSpec.Device> host) {
        boolean told = !n.type().isEmpty()
                && (n.type().equals("p") || n.major().isPresent() && n.minor().isPresent());
        LinuxSpec.Device seen = told
                ? new LinuxSpec.Device(
                        n.type().equals("u") ? "c" : n.type(),
                        n.path(),
                        n.major().orElse(0L),
                        n.minor().orElse(0L),
                        null,
                        null,
                        null)
                : host.apply(n.hostPath(), n.path());
        return new Node(
                new LinuxSpec.Device(
                        seen.type(),
                        n.path(),
                        seen.major(),
                        seen.minor(),
                        n.fileMode().map(Integer::longValue).orElse(seen.fileMode()),
                        n.uid().orElse(seen.uid()),
                        n.gid().orElse(seen.gid())),
                n.hostPath(),
                n.permissions());
    }

    private static Mount mount(CdiEdits.Mount m) {
        if (!m.type().isEmpty() && !m.type().equals("bind") && !m.type().equals("none")) {
            throw new Unsupported(
                    "mount " + m.containerPath() + " for a CDI device",
                    "its specification asks for a mount of the type " + m.type(),
                    "ask the vendor for one with bind mounts");
        }
        List<String> options = new ArrayList<>(m.options());
        if (!options.contains("bind") && !options.contains("rbind")) {
            options.add("bind");
        }
        return new Mount(m.hostPath(), m.containerPath(), options);
    }
}
