/// Does what a graph says, each thing once: what is known already is not done again, what two builds want at the same
/// time is done for both, and what does not need each other is done at the same time. How a thing is done is known to
/// [dev.gantry.build.solve.Work] alone.
@NullMarked
package dev.gantry.build.solve;

import org.jspecify.annotations.NullMarked;
