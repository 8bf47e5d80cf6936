/// The files that a build is given: read once, kept in one place, and looked at by their names alone. No name and no
/// link of theirs is ever a path of this host.
@NullMarked
package dev.gantry.build.context;

import org.jspecify.annotations.NullMarked;
