/// Plugins by Docker's protocol: found by name in directories, activated on first use, asked by JSON over HTTP.
/// What comes from a plugin is bounded in time and size and checked for type before anybody sees it: a plugin
/// that hangs, lies or dies costs its caller an error and nobody else anything. What the answers mean is known
/// by the packages below, one for each protocol; this one must not know volumes, networks or containers.
@NullMarked
package dev.gantry.engine.plugin;

import org.jspecify.annotations.NullMarked;
