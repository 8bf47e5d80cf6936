package dev.gantry.network.ipam;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.network.address.Family;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Where subnets come from when nobody names one: blocks, each cut into pieces with prefixes of `size`
/// bits.
public record DefaultPools(List<Block> blocks) {
    /// More pieces than that are never looked at one by one.
    private static final int MOST_TRIES = 1 << 20;

    public record Block(Subnet base, int size) {
        public Block {
            if (size < base.prefix() || size > base.family().bits() - 2) {
                throw new InvalidArgument(
                        "read default address pool " + base,
                        "invalid prefix size " + size,
                        "use a size from " + base.prefix() + " to "
                                + (base.family().bits() - 2));
            }
        }
    }

    public DefaultPools {
        blocks = List.copyOf(blocks);
    }

    /// Docker's: 172.17.0.0/16 to 172.31.0.0/16 and 192.168.0.0/16 in pieces of /20; for IPv6 a /48 of
    /// unique local addresses (RFC 4193 §3.1) that is derived from the host's identity and so stays the
    /// same, in pieces of /64.
    public static DefaultPools docker(String hostIdentity) {
        List<Block> blocks = new ArrayList<>();
        for (int second = 17; second <= 31; second++) {
            blocks.add(new Block(Subnet.parse("172." + second + ".0.0/16"), 16));
        }
        blocks.add(new Block(Subnet.parse("192.168.0.0/16"), 20));
        blocks.add(new Block(uniqueLocal(hostIdentity), 64));
        return new DefaultPools(blocks);
    }

    /// These, or Docker's when there are none. Of IPv6 there is always one.
    public static DefaultPools of(List<Block> blocks, String hostIdentity) {
        if (blocks.isEmpty()) {
            return docker(hostIdentity);
        }
        List<Block> all = new ArrayList<>(blocks);
        if (blocks.stream().noneMatch(b -> b.base().family() == Family.IPV6)) {
            all.add(new Block(uniqueLocal(hostIdentity), 64));
        }
        return new DefaultPools(all);
    }

    /// Docker's for overlay networks: 10.0.0.0/8 in pieces of /24; for IPv6 as [#docker].
    public static DefaultPools overlay(String hostIdentity) {
        return new DefaultPools(List.of(
                new Block(Subnet.parse("10.0.0.0/8"), 24), new Block(uniqueLocal(hostIdentity + " overlay"), 64)));
    }

    /// `fd` and forty bits of a hash.
    static Subnet uniqueLocal(String hostIdentity) {
        byte[] hash = HexFormat.of().parseHex(Digest.sha256Of(hostIdentity).hex());
        byte[] address = new byte[16];
        address[0] = (byte) 0xfd;
        System.arraycopy(hash, 0, address, 1, 5);
        return new Subnet(Ip.of(address), 48);
    }

    /// Reads `base=10.10.0.0/16,size=24`, as `--default-address-pool` has it.
    public static Block parse(String text) {
        String base = "";
        String size = "";
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            String key = equals < 0 ? part : part.substring(0, equals);
            switch (key.strip()) {
                case "base" -> base = part.substring(equals + 1).strip();
                case "size" -> size = part.substring(equals + 1).strip();
                default -> throw unreadable(text);
            }
        }
        if (base.isEmpty()
                || size.isEmpty()
                || size.length() > 3
                || !size.chars().allMatch(Character::isDigit)) {
            throw unreadable(text);
        }
        return new Block(Subnet.parse(base), Integer.parseInt(size));
    }

    private static InvalidArgument unreadable(String text) {
        return new InvalidArgument(
                "read default address pool " + text,
                "invalid default address pool: it has a base and a size",
                "write base=10.10.0.0/16,size=24");
    }

    /// The first piece that overlaps none of `taken`: the subnets of networks and the routes of the host.
    public Subnet choose(Family family, Collection<Subnet> taken, String network) {
        TreeSet<Subnet> inTheWay = new TreeSet<>(taken);
        for (Block block : blocks) {
            if (block.base().family() == family) {
                Subnet piece = firstFree(block, inTheWay);
                if (piece != null) {
                    return piece;
                }
            }
        }
        throw new Unavailable(
                "create network " + network,
                "all predefined address pools have been fully subnetted (" + family.words() + "), or the host has"
                        + " routes to what is left",
                "remove networks that nobody uses (gantry network prune), give --subnet, or more default address pools");
    }

    private static @Nullable Subnet firstFree(Block block, TreeSet<Subnet> taken) {
        Ip next = block.base().first();
        for (int i = 0; i < MOST_TRIES && block.base().contains(next); i++) {
            Subnet piece = new Subnet(next, block.size());
            Subnet hit = overlapping(piece, taken);
            if (hit == null) {
                return piece;
            }
            // After the larger of both: what is in the way may be wider than a piece, or one address in it.
            Ip end = hit.last().compareTo(piece.last()) > 0 ? hit.last() : piece.last();
            Ip after = end.plus(1);
            if (after.compareTo(next) <= 0) {
                return null; // wrapped around
            }
            next = after;
        }
        return null;
    }

    private static @Nullable Subnet overlapping(Subnet piece, TreeSet<Subnet> taken) {
        for (Subnet s : taken) {
            // A default route is a route to everything and so in the way of nothing.
            if (s.prefix() > 0 && s.overlaps(piece)) {
                return s;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return Arrays.toString(blocks.toArray());
    }
}
