/// Encryption of what hosts of overlays send each other, as a plan: which keys follow from what two hosts have in
/// common, and which associations and policies the kernel is to have. Without a socket.
@NullMarked
package dev.gantry.network.encryption;

import org.jspecify.annotations.NullMarked;
