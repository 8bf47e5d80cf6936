/// The nftables table that networks and published ports need, as data. Does not load it: a driver does.
@NullMarked
package dev.gantry.network.firewall;

import org.jspecify.annotations.NullMarked;
