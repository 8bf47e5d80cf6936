/// What may be deleted: everything that no name, no container and no running transfer needs, found by
/// marking.
@NullMarked
package dev.gantry.images.gc;

import org.jspecify.annotations.NullMarked;
