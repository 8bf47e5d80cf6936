/// What the engine does, as it is counted, recorded and traced. It knows nothing of containers but their ids; whoever
/// reads the counts or takes the spans is elsewhere.
@NullMarked
package dev.gantry.engine.observe;

import org.jspecify.annotations.NullMarked;
