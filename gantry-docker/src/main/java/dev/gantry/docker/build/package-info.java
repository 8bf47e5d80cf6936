/// Builds as the classic builder's clients ask for them.
@NullMarked
package dev.gantry.docker.build;

import org.jspecify.annotations.NullMarked;
