/// Which subnets and which addresses are free. State is derived from networks and endpoints, never
/// stored.
@NullMarked
package dev.gantry.network.ipam;

import org.jspecify.annotations.NullMarked;
