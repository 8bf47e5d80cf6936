/// Volumes as the Engine API describes them, and what our own routes say beyond it (docs/volumes.md).
/// Records hold the fields of the wire under the names of the wire, and decide nothing.
@NullMarked
package dev.gantry.api.volume;

import org.jspecify.annotations.NullMarked;
