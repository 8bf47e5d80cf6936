package dev.gantry.images.registry;

import java.net.InetAddress;
import java.util.regex.Pattern;

/// Subnets, for those that a proxy is not asked for. Names are never looked up.
final class Ranges {
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*");

    private Ranges() {}

    /// False for what is no subnet, and for a host that is no address.
    static boolean contains(String subnet, String host) {
        int slash = subnet.indexOf('/');
        String base = subnet.substring(0, slash);
        String length = subnet.substring(slash + 1);
        if (!ADDRESS.matcher(base).matches() || !ADDRESS.matcher(host).matches() || !length.matches("[0-9]{1,3}")) {
            return false;
        }
        try {
            byte[] one = InetAddress.ofLiteral(base).getAddress();
            byte[] other = InetAddress.ofLiteral(host).getAddress();
            int bits = Integer.parseInt(length);
            if (one.length != other.length || bits > one.length * 8) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                if (((one[bit / 8] ^ other[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException noAddress) {
            return false;
        }
    }
}
