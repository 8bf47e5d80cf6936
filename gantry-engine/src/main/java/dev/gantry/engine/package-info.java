/// The door of the engine as a library: [dev.gantry.engine.Gantry] opens a data root, adopts what runs, and hands out
/// the
/// containers, execs, logs, events and images of it.
@NullMarked
package dev.gantry.engine;

import org.jspecify.annotations.NullMarked;
