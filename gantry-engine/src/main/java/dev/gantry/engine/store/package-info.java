/// The truth about existence and intent: containers, names of images, events. A change and its event are one
/// transaction.
/// Reads are answered from memory; one thread writes.
@NullMarked
package dev.gantry.engine.store;

import org.jspecify.annotations.NullMarked;
