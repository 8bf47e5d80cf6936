/// Containers: what was asked for ([ContainerSpec]), what is true now ([ContainerState]), and the one place where that
/// changes ([Containers]). It knows nothing of logs, execs or doors: they look at its containers and its events.
@NullMarked
package dev.gantry.engine.container;

import org.jspecify.annotations.NullMarked;
