/// Further processes in running containers. An exec lives no longer than its container or this engine, and is not
/// stored.
@NullMarked
package dev.gantry.engine.exec;

import org.jspecify.annotations.NullMarked;
