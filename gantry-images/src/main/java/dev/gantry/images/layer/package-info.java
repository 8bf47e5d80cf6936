/// The bytes of a layer: compression, the tar format, and unpacking below a root that nothing can
/// leave.
@NullMarked
package dev.gantry.images.layer;

import org.jspecify.annotations.NullMarked;
