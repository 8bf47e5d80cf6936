/// Volumes: directories that outlive containers. It knows names, options, mounts and copies, and users
/// of volumes as plain texts; it must not know containers, images or the wire.
@NullMarked
package dev.gantry.volume;

import org.jspecify.annotations.NullMarked;
