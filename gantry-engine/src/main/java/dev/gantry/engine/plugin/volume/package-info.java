/// Volumes that a plugin keeps: Docker's protocol `VolumeDriver`, made to the seam of the volume store.
@NullMarked
package dev.gantry.engine.plugin.volume;

import org.jspecify.annotations.NullMarked;
