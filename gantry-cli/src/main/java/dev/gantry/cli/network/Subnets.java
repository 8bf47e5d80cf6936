package dev.gantry.cli.network;

import dev.gantry.api.network.IpamConfig;
import dev.gantry.cli.flag.Parsed;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The subnets of a network with what belongs to each: `--ip-range`, `--gateway` and `--aux-address` find theirs by
/// their addresses. Whether they are right is the engine's to say.
final class Subnets {
    /// An address with its prefix, as bits.
    private record Block(byte[] address, int prefix) {
        static @Nullable Block parse(String text) {
            int slash = text.indexOf('/');
            String digits = slash < 0 ? "" : text.substring(slash + 1);
            try {
                byte[] address = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash))
                        .getAddress();
                int prefix = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : address.length * 8;
                return prefix > address.length * 8 ? null : new Block(address, prefix);
            } catch (IllegalArgumentException notAnAddress) {
                return null;
            }
        }

        boolean contains(Block other) {
            if (other.address.length != address.length || other.prefix < prefix) {
                return false;
            }
            for (int bit = 0; bit < prefix; bit++) {
                if (((address[bit / 8] ^ other.address[bit / 8]) >> 7 - bit % 8 & 1) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    /// One subnet while its parts are gathered.
    private static final class Gathered {
        final String subnet;
        final Block block;

        @Nullable
        String range;

        @Nullable
        String gateway;

        final Map<String, String> reserved = new HashMap<>();

        Gathered(String subnet, Block block) {
            this.subnet = subnet;
            this.block = block;
        }

        IpamConfig wire() {
            return new IpamConfig(subnet, range, gateway, reserved.isEmpty() ? null : reserved);
        }
    }

    private Subnets() {}

    static List<IpamConfig> of(Parsed args) {
        if (args.list("subnet").size() < args.list("ip-range").size()
                || args.list("subnet").size() < args.list("gateway").size()) {
            throw args.wrong("every --ip-range and every --gateway needs its --subnet");
        }
        List<Gathered> all = new ArrayList<>();
        for (String subnet : args.list("subnet")) {
            Block block = block(args, "subnet", subnet);
            for (Gathered other : all) {
                if (other.block.contains(block) || block.contains(other.block)) {
                    throw args.wrong("multiple overlapping subnet configuration is not supported: " + subnet + " and "
                            + other.subnet);
                }
            }
            all.add(new Gathered(subnet, block));
        }
        for (String range : args.list("ip-range")) {
            Gathered of = of(args, all, "range", range);
            if (of.range != null) {
                throw args.wrong("cannot configure multiple ranges (" + range + ", " + of.range
                        + ") on the same subnet (" + of.subnet + ")");
            }
            of.range = range;
        }
        for (String gateway : args.list("gateway")) {
            Gathered of = of(args, all, "gateway", gateway);
            if (of.gateway != null) {
                throw args.wrong("cannot configure multiple gateways (" + gateway + ", " + of.gateway
                        + ") for the same subnet (" + of.subnet + ")");
            }
            of.gateway = gateway;
        }
        Keys.pairs(args, "aux-address")
                .forEach((name, ip) -> of(args, all, "aux-address", ip).reserved.put(name, ip));
        return all.stream().map(Gathered::wire).toList();
    }

    private static Gathered of(Parsed args, List<Gathered> all, String kind, String text) {
        Block block = block(args, kind, text);
        return all.stream()
                .filter(g -> g.block.contains(block))
                .findFirst()
                .orElseThrow(() -> args.wrong("no matching subnet for " + kind + " " + text));
    }

    private static Block block(Parsed args, String kind, String text) {
        Block block = Block.parse(text);
        if (block == null) {
            throw args.wrong(
                    "invalid " + kind + " " + text + ": write addresses as 172.28.0.1, subnets as 172.28.0.0/16");
        }
        return block;
    }
}
