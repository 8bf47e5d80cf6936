/// The daemon: one process per data root, all wiring, and the doors to the network. No decisions about containers.
@NullMarked
package dev.gantry.daemon;

import org.jspecify.annotations.NullMarked;
