package dev.gantry.volume;

import dev.gantry.base.NotFound;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/// The drivers that there are besides `local`, by name.
public interface VolumeDrivers {
    /// There are none.
    VolumeDrivers NONE = new VolumeDrivers() {
        @Override
        public VolumeDriver find(String name) {
            throw new NotFound(
                    "error looking up volume plugin " + name,
                    "plugin \"" + name + "\" not found",
                    "use the driver local");
        }

        @Override
        public List<String> active() {
            return List.of();
        }
    };

    /// [NotFound] when nobody brought one of this name.
    VolumeDriver find(String name);

    /// The name under which its volumes are remembered.
    default String fullName(String name) {
        return name;
    }

    /// Lets go of what an earlier engine had mounted and nobody has any more: `mounted` says whether a user has a
    /// volume.
    /// Returns at once.
    default void settle(BiPredicate<String, String> mounted) {}

    /// Those in use since the engine was opened.
    List<String> active();

    /// What drivers keep, by driver, and what failed in words.
    record Foreign(Map<String, List<VolumeDriver.Kept>> volumes, List<String> problems) {
        public Foreign {
            volumes = Collections.unmodifiableMap(new TreeMap<>(volumes));
            problems = List.copyOf(problems);
        }
    }
}
