package dev.gantry.volume;

import dev.gantry.base.Unsupported;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps volumes somewhere else than in the store: the seam for plugins. Every call may take long and may fail; it
/// ends in bounded time. `local` is not one of these: it is the store itself.
public interface VolumeDriver {
    void create(String name, Map<String, String> options);

    void remove(String name);

    /// Has it mounted for `user`, and says where. Each user unmounts once.
    Path mount(String name, String user);

    /// The directory that `place`, an answer of [#mount], must not lead out of, whatever links are on the way; absent
    /// when the driver may name any place of the host.
    default Optional<Path> limit(Path place) {
        return Optional.empty();
    }

    void unmount(String name, String user);

    /// Makes it at least so large, also while it is mounted; returns how large it is then.
    default long expand(String name, long bytes) {
        throw new Unsupported("expand volume " + name, "its driver cannot", "make a larger one, and copy the files");
    }

    /// What the driver itself knows of it; empty when it knows none of this name.
    Optional<Kept> find(String name);

    List<Kept> list();

    /// `local` or `global`: whether other hosts have the same volumes.
    String scope();

    /// @param mountpoint where it is on this host; empty while it is nowhere
    /// @param createdAt as the driver says it; empty when it does not
    record Kept(String name, String mountpoint, String createdAt, Map<String, Object> status) {
        public Kept {
            status = Map.copyOf(status);
        }
    }
}
