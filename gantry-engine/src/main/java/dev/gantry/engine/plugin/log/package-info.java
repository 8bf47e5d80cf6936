/// Log drivers of Docker's plugin protocol, `LogDriver.*`: records go through a named pipe to the plugin, and come back
/// from those that can read. It knows nothing of how records are kept here.
@NullMarked
package dev.gantry.engine.plugin.log;

import org.jspecify.annotations.NullMarked;
