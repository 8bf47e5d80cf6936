/// A container's place in a network, as a plan: names, addresses, routes, the default gateway over
/// several networks.
@NullMarked
package dev.gantry.network.endpoint;

import org.jspecify.annotations.NullMarked;
