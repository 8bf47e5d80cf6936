/// Reading what containers wrote, across rotations and while they write.
@NullMarked
package dev.gantry.engine.log;

import org.jspecify.annotations.NullMarked;
