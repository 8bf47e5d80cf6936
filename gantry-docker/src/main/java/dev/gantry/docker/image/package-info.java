/// The routes of images: listing and inspecting, and the long transfers with their lines of progress.
@NullMarked
package dev.gantry.docker.image;

import org.jspecify.annotations.NullMarked;
