/// What hosts tell each other about the overlay networks they share. [OverlayDirectory] is the seam: behind it are
/// peers
/// named by flags, and later a cluster. Nothing here knows of links, rules or containers, and nothing here believes
/// more than who said a thing; whether it may be so is judged by who asks.
@NullMarked
package dev.gantry.engine.network.overlay;

import org.jspecify.annotations.NullMarked;
