/// Gantry as its users meet it: real daemons, real containers, the kernel as the witness.
@NullMarked
package dev.gantry.it;

import org.jspecify.annotations.NullMarked;
