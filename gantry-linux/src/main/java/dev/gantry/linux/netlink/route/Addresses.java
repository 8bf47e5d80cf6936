package dev.gantry.linux.netlink.route;

import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.Errno;
import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.NetlinkError;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// IP addresses on their way to and from attributes.
final class Addresses {
    private Addresses() {}

    static int family(InetAddress address) {
        return address instanceof Inet4Address ? RouteHeader.AF_INET : RouteHeader.AF_INET6;
    }

    /// `0.0.0.0` or `::`.
    static InetAddress any(int family) {
        return of(new byte[family == RouteHeader.AF_INET ? 4 : 16]);
    }

    static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException _) {
            throw new NetlinkError("read address", Errno.EBADMSG, "it has " + bytes.length + " bytes");
        }
    }

    static @Nullable InetAddress of(Attributes attributes, int type) {
        return attributes.has(type) ? of(attributes.bytes(type)) : null;
    }

    static @Nullable MacAddress mac(Attributes attributes, int type) {
        byte[] bytes = attributes.bytes(type);
        return bytes.length == MacAddress.SIZE ? MacAddress.of(bytes) : null;
    }

    /// Whether the family of a message, the first byte of its header, is IPv4 or IPv6: a list of all families has
    /// those of multicast routing too.
    static boolean isIp(Message message) {
        return message.u8(0) == RouteHeader.AF_INET || message.u8(0) == RouteHeader.AF_INET6;
    }

    /// A value made of a message: one that cannot be is EBADMSG, not the fault of an argument.
    static <T> T read(Supplier<T> value) {
        try {
            return value.get();
        } catch (InvalidArgument e) {
            throw new NetlinkError("read netlink message", Errno.EBADMSG, e.what() + ": " + e.why());
        }
    }

    static void checkPrefix(String what, InetAddress address, int length) {
        int most = address.getAddress().length * 8;
        if (length < 0 || length > most) {
            throw new InvalidArgument(
                    what, "a prefix of " + length + " bits is none of this family", "give one from 0 to " + most);
        }
    }

    static void checkSameFamily(String what, InetAddress one, @Nullable InetAddress other) {
        if (other != null && family(one) != family(other)) {
            throw new InvalidArgument(
                    what,
                    one.getHostAddress() + " and " + other.getHostAddress() + " are of different families",
                    "give both as IPv4 or both as IPv6");
        }
    }
}
