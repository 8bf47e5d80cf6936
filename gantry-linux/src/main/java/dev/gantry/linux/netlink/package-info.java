/// Netlink spoken directly: a pure codec ([Encoder], [Attributes], [Message]) and a thin socket
/// ([NetlinkSocket]). [dev.gantry.linux.netlink.route] has the words of rtnetlink,
/// [dev.gantry.linux.netlink.nftables] those of nf_tables; both make values into messages and know no socket.
///
/// Nothing here enters a namespace: a [NetlinkSocket] works in the network namespace its descriptor was opened
/// in, whoever holds it now.
@NullMarked
package dev.gantry.linux.netlink;

import org.jspecify.annotations.NullMarked;
