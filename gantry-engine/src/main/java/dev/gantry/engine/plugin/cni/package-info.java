/// The Container Network Interface, CNI specification 1.1: lists of plugins as they lie in
/// `/etc/cni/net.d`, executed
/// one after the other for a network namespace. A plugin is a foreign program: it gets an environment of
/// its own, a
/// deadline, and as much room to answer as an answer needs.
@NullMarked
package dev.gantry.engine.plugin.cni;

import org.jspecify.annotations.NullMarked;
