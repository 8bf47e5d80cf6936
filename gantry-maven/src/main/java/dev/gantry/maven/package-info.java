/// Goals of Maven that make an image of a project in Maven's own process. What an image has is [dev.gantry.java]'s
/// business, and how blobs and registries work that of `dev.gantry.images`; there is no engine, so nothing is run.
@NullMarked
package dev.gantry.maven;

import org.jspecify.annotations.NullMarked;
