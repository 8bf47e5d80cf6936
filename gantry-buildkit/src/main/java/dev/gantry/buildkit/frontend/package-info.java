/// Attributes of a build as BuildKit's clients write them.
@NullMarked
package dev.gantry.buildkit.frontend;

import org.jspecify.annotations.NullMarked;
