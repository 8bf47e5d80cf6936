/// An engine of an ordinary user lives in namespaces of its own; this is how it speaks with the process that holds them
/// and that listens on the host's ports for it. Must not know what a container is.
@NullMarked
package dev.gantry.engine.rootless;

import org.jspecify.annotations.NullMarked;
