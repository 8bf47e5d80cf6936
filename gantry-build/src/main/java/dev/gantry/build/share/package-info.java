/// Caches of builds at registries: what steps have made, by their keys, and directories of `cache` mounts.
@NullMarked
package dev.gantry.build.share;

import org.jspecify.annotations.NullMarked;
