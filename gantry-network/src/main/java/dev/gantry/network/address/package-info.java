/// Addresses of both families, subnets and hardware addresses as values. Knows arithmetic, not policy.
@NullMarked
package dev.gantry.network.address;

import org.jspecify.annotations.NullMarked;
