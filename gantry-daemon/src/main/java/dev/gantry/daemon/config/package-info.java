/// What the daemon is told, by flags and by a file: the table of all options, how they are read, and that nobody says
/// one thing twice. Knows no engine.
@NullMarked
package dev.gantry.daemon.config;

import org.jspecify.annotations.NullMarked;
