/// How builds are asked for with more than one directory: Gantry's own form.
@NullMarked
package dev.gantry.api.build;

import org.jspecify.annotations.NullMarked;
