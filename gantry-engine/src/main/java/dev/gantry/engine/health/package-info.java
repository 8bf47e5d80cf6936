/// Whether running containers do what they are for: a command is run in them from time to time. It knows containers and
/// execs; containers know nothing of it.
@NullMarked
package dev.gantry.engine.health;

import org.jspecify.annotations.NullMarked;
