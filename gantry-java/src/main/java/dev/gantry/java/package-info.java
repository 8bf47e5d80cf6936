/// A Java project that was built, as layers of an image and the way to start it. Nothing here builds or runs anything:
/// of
/// the world it reads files through [ProjectFiles], so the command, the Maven plugin and the tests use the same code.
@NullMarked
package dev.gantry.java;

import org.jspecify.annotations.NullMarked;
