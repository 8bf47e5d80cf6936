/// Traces of what the daemon does, sent to a collector of OpenTelemetry where one is named in the environment. Without
/// one nothing of this is loaded.
@NullMarked
package dev.gantry.daemon.trace;

import org.jspecify.annotations.NullMarked;
