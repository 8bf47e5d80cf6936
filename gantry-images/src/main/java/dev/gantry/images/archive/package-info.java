/// Images as one tar: Docker's archive and the OCI layout, in and out. Nothing of an archive is
/// trusted: every blob is verified on its way into the store, and names inside it are only keys, never
/// paths on disk.
@NullMarked
package dev.gantry.images.archive;

import org.jspecify.annotations.NullMarked;
