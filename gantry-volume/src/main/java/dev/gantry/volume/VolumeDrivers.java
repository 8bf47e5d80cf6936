package dev.gantry.volume;

import dev.gantry.base.NotFound;
import java.util.List;

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

    /// Those in use since the engine was opened.
    List<String> active();
}
