/// Values that a build was given and that nothing it makes may have.
@NullMarked
package dev.gantry.build.secret;

import org.jspecify.annotations.NullMarked;
