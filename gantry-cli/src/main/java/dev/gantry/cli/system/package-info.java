/// Commands about the engine itself.
@NullMarked
package dev.gantry.cli.system;

import org.jspecify.annotations.NullMarked;
