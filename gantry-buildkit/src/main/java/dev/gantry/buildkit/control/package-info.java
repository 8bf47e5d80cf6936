/// The services of BuildKit: builds, their progress, and the bridge that frontends, and buildx, go over.
@NullMarked
package dev.gantry.buildkit.control;

import org.jspecify.annotations.NullMarked;
