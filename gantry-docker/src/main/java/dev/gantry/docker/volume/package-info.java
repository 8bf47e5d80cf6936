/// Volumes of the Engine API.
@NullMarked
package dev.gantry.docker.volume;

import org.jspecify.annotations.NullMarked;
