/// The values everything else is written in: digests, references, platforms, sizes, errors.
/// Nothing here does I/O or knows who uses it.
@NullMarked
package dev.gantry.base;

import org.jspecify.annotations.NullMarked;
