/// The commands. A command sees the world only through [dev.gantry.cli.Caller]: nothing here touches the process's own
/// streams, files, environment or working directory, so that a command can also run inside the daemon for a caller
/// elsewhere. Commands speak to the engine through the Engine API alone.
@NullMarked
package dev.gantry.cli;

import org.jspecify.annotations.NullMarked;
