/// Unpacked layers and the writable layer above them, as directories an overlay mount is made of. Nothing
/// here mounts.
@NullMarked
package dev.gantry.images.snapshot;

import org.jspecify.annotations.NullMarked;
