/// Plugins that this engine runs itself: a root file system and a configuration, installed from a registry or made of a
/// directory, run as containers of their own kind that no list of containers shows. Their protocols are known by
/// `engine.plugin`, which finds them here by name; the containers that use them know nothing of it.
@NullMarked
package dev.gantry.engine.managed;

import org.jspecify.annotations.NullMarked;
