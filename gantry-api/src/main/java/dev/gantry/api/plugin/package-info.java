/// Managed plugins as the Engine API describes them. Records hold the fields of the wire under the names of the wire.
@NullMarked
package dev.gantry.api.plugin;

import org.jspecify.annotations.NullMarked;
