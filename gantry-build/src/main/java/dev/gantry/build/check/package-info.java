/// What is not wrong in a Dockerfile, but probably not meant: rules by name, and what they found where. Rules that only
/// look at the text are here whole; the others are told by whoever makes a graph of it.
@NullMarked
package dev.gantry.build.check;

import org.jspecify.annotations.NullMarked;
