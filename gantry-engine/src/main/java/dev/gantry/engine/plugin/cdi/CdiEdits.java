package dev.gantry.engine.plugin.cdi;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a container gets for its devices. Later edits come after earlier ones.
public record CdiEdits(List<String> env, List<DeviceNode> deviceNodes, List<Mount> mounts, List<Long> additionalGids) {
    public static final CdiEdits NONE = new CdiEdits(List.of(), List.of(), List.of(), List.of());

    public CdiEdits {
        env = List.copyOf(env);
        deviceNodes = List.copyOf(deviceNodes);
        mounts = List.copyOf(mounts);
        additionalGids = List.copyOf(additionalGids);
    }

    /// A device at `path` in the container, as the host has it at `hostPath`. `type` is `b`, `c`, `u` or
    /// `p`, and empty
    /// with `major` and `minor` when the host's node says it. `permissions` are those of the device group,
    /// of `rwm`.
    public record DeviceNode(
            String path,
            String hostPath,
            String type,
            Optional<Long> major,
            Optional<Long> minor,
            Optional<Integer> fileMode,
            String permissions,
            Optional<Long> uid,
            Optional<Long> gid) {}

    /// A mount of the runtime specification: usually a bind of `hostPath`.
    public record Mount(String hostPath, String containerPath, String type, List<String> options) {
        public Mount {
            options = List.copyOf(options);
        }
    }

    CdiEdits and(CdiEdits more) {
        return new CdiEdits(
                both(env, more.env),
                both(deviceNodes, more.deviceNodes),
                both(mounts, more.mounts),
                both(additionalGids, more.additionalGids));
    }

    private static <T> List<T> both(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
