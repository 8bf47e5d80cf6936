/// Makes networks real: links, addresses, routes and rules, over sockets that were opened where they work.
/// [NetworkDriver] is the seam; the engine stores, this package applies, and neither knows how the other
/// does it.
@NullMarked
package dev.gantry.network.driver;

import org.jspecify.annotations.NullMarked;
