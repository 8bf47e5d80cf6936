/// The command client as a process: `main`, the process's own streams, files and signals as a [dev.gantry.cli.Caller],
/// and
/// how this machine's own engine is found and started.
@NullMarked
package dev.gantry.daemon.client;

import org.jspecify.annotations.NullMarked;
