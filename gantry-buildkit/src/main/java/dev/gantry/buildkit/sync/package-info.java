/// Directories of a client: received once, and of what was received before only what has changed. What a client says of
/// its
/// files is believed in nothing but their contents.
@NullMarked
package dev.gantry.buildkit.sync;

import org.jspecify.annotations.NullMarked;
