/// Images as the Engine API writes them: listings, inspect, history, and the lines of progress.
/// Records hold the fields of the wire under the names of the wire, and decide nothing.
@NullMarked
package dev.gantry.api.image;

import org.jspecify.annotations.NullMarked;
