/// What becomes of what a build has made: an image of this engine, an archive, files. The same classes for every door;
/// where bytes go is the door's business.
@NullMarked
package dev.gantry.build.output;

import org.jspecify.annotations.NullMarked;
