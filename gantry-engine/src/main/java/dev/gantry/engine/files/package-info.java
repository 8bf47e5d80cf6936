/// The files of containers, running or not: looked at, copied out and in, compared with the image, packed. Paths are
/// resolved by the kernel below the container's own root, in its own mounts. What is a container's state it does not
/// know.
@NullMarked
package dev.gantry.engine.files;

import org.jspecify.annotations.NullMarked;
