/// The engine's side of the shim: starts watches and speaks with them. `docs/shim-protocol.md` is the contract.
/// Nothing here knows what a plan says; it carries bytes, and gives back what the watch reports.
@NullMarked
package dev.gantry.runtime.watch;

import org.jspecify.annotations.NullMarked;
