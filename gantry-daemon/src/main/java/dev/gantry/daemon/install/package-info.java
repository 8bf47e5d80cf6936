/// Gantry as a part of a system: which files that needs, how they come there and how they go. Knows no engine.
@NullMarked
package dev.gantry.daemon.install;

import org.jspecify.annotations.NullMarked;
