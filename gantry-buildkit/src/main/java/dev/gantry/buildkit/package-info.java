/// The doors of BuildKit on the engine's socket: [dev.gantry.buildkit.BuildkitRoutes]. What buildx asks for becomes
/// builds
/// of `gantry-build`; nothing here knows how a step is done.
@NullMarked
package dev.gantry.buildkit;

import org.jspecify.annotations.NullMarked;
