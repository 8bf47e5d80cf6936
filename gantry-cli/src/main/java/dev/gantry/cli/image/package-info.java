/// Commands that fetch, keep and hand on images.
@NullMarked
package dev.gantry.cli.image;

import org.jspecify.annotations.NullMarked;
