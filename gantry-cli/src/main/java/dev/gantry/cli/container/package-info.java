/// Commands that make, run and look at containers.
@NullMarked
package dev.gantry.cli.container;

import org.jspecify.annotations.NullMarked;
