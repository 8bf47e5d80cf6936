/// Managed plugins as the Engine API has them. Names are read here as names of images are; what a plugin is and does is
/// the engine's business.
@NullMarked
package dev.gantry.docker.plugin;

import org.jspecify.annotations.NullMarked;
