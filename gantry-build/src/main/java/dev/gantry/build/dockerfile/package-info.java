/// A Dockerfile as a typed tree with the place of each instruction, flag and word, and what belongs to its language:
/// variables, heredocs, directives, and the patterns of a `.dockerignore`. Texts come in and values go out; what an
/// instruction does is not known here.
@NullMarked
package dev.gantry.build.dockerfile;

import org.jspecify.annotations.NullMarked;
