/// Immutable bytes by digest: how they come in, verified and durable, and go. It knows nothing of images.
@NullMarked
package dev.gantry.images.content;

import org.jspecify.annotations.NullMarked;
