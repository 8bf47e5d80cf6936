/// Events as the Engine API streams them: one JSON object per line.
/// Records hold the fields of the wire under the names of the wire, and decide nothing.
@NullMarked
package dev.gantry.api.event;

import org.jspecify.annotations.NullMarked;
