/// The words of rtnetlink: links, addresses, routes, neighbours, forwarding entries, policy rules. Values become
/// [dev.gantry.linux.netlink.Message]s and messages values, without a socket; [Rtnetlink] asks for what there is.
@NullMarked
package dev.gantry.linux.netlink.route;

import org.jspecify.annotations.NullMarked;
