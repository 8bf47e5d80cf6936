/// The door of this module: names, manifests and configurations of images; pull, load, save, import, remove.
@NullMarked
package dev.gantry.images.image;

import org.jspecify.annotations.NullMarked;
