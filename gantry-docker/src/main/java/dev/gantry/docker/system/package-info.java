/// The routes that are about the daemon and its host: ping, version, info, disk usage, events, and those which say in
/// words that they come later.
@NullMarked
package dev.gantry.docker.system;

import org.jspecify.annotations.NullMarked;
