/// The engine inside a Java program: no daemon and no socket, and what the program started ends with it, also when it
/// is killed. Knows the engine only, and no door of it.
@NullMarked
package dev.gantry.embedded;

import org.jspecify.annotations.NullMarked;
