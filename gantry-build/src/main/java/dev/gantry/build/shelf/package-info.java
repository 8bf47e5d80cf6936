/// What stays in a builder from build to build beside results of steps: directories of `cache` mounts, and what was
/// fetched. All of it can be made again, is counted, and goes when there is too much of it.
@NullMarked
package dev.gantry.build.shelf;

import org.jspecify.annotations.NullMarked;
