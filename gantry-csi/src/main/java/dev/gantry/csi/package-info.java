/// Volumes that plugins of the Container Storage Interface keep: what the driver of volumes asks of them, call by call.
/// Nothing here is loaded before somebody wants such a volume. It must not know containers or engines.
@NullMarked
package dev.gantry.csi;

import org.jspecify.annotations.NullMarked;
