/// Carries bytes of published ports that rules cannot serve, and holds the sockets of all published ports. Knows
/// nothing of networks: who asks says from where to where.
@NullMarked
package dev.gantry.network.relay;

import org.jspecify.annotations.NullMarked;
