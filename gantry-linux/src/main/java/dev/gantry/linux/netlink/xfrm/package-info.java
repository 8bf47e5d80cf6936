/// The words of XFRM, the kernel's IPsec: associations, which have the keys, and policies, which say what may not
/// travel without. Values become [dev.gantry.linux.netlink.Message]s, without a socket.
@NullMarked
package dev.gantry.linux.netlink.xfrm;

import org.jspecify.annotations.NullMarked;
