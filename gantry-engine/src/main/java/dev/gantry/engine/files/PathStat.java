package dev.gantry.engine.files;

import dev.gantry.linux.Stat;

/// What there is at a path of a container.
///
/// @param link where it leads in the container, for a symlink; else empty
public record PathStat(String name, Stat stat, String link) {}
