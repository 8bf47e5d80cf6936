/// Networks and endpoints as the Engine API writes them.
/// Records hold the fields of the wire under the names of the wire, and decide nothing.
@NullMarked
package dev.gantry.api.network;

import org.jspecify.annotations.NullMarked;
