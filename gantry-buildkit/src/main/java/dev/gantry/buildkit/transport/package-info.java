/// gRPC over connections that were taken over, as server and as client.
@NullMarked
package dev.gantry.buildkit.transport;

import org.jspecify.annotations.NullMarked;
