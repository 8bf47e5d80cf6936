/// The work of a build on this engine: programs run as containers, and files are copied, above layers of which they
/// make new ones. Paths of trees are walked by descriptors, and nothing leads out of a root.
@NullMarked
package dev.gantry.build.work;

import org.jspecify.annotations.NullMarked;
