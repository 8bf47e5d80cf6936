/// Builds images: [dev.gantry.build.Builder] is the door.
@NullMarked
package dev.gantry.build;

import org.jspecify.annotations.NullMarked;
