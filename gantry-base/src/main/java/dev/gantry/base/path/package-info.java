/// Paths as texts, and patterns of them as a `.dockerignore` has them. Nothing here looks at a file.
@NullMarked
package dev.gantry.base.path;

import org.jspecify.annotations.NullMarked;
