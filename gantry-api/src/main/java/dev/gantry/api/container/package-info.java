/// Containers and execs as the Engine API writes them: create bodies, answers of inspect and list, waits.
/// Records hold the fields of the wire under the names of the wire, and decide nothing.
@NullMarked
package dev.gantry.api.container;

import org.jspecify.annotations.NullMarked;
