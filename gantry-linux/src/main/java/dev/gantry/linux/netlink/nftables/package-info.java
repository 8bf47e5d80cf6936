/// The words of nf_tables: tables, chains, rules and their expressions, sets and maps. Values become
/// [dev.gantry.linux.netlink.Message]s and messages values, without a socket; [Nftables] commits them, all or
/// nothing, and asks for what there is.
///
/// Whatever is listed has its handle and its user data, so that a reconciler finds what it made again: rules by
/// their comment, which is written the way nft(8) reads it.
@NullMarked
package dev.gantry.linux.netlink.nftables;

import org.jspecify.annotations.NullMarked;
