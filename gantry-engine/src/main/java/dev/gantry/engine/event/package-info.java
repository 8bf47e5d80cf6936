/// What happened, in one growing sequence. An event is published only after the change it names is committed.
@NullMarked
package dev.gantry.engine.event;

import org.jspecify.annotations.NullMarked;
