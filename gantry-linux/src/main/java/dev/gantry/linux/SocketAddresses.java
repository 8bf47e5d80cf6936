package dev.gantry.linux;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Addresses as the kernel takes them: `struct sockaddr_in` and `struct sockaddr_in6` of <netinet/in.h>. ip(7),
/// ipv6(7).
public final class SocketAddresses {
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;

    private SocketAddresses() {}

    /// The address in what [#of] makes, without the port.
    public static ByteBuffer address(byte[] socketAddress) {
        return socketAddress.length < 28
                ? ByteBuffer.wrap(socketAddress, 4, 4).slice()
                : ByteBuffer.wrap(socketAddress, 8, 16).slice();
    }

    /// Family in the order of the host, port in that of the network; IPv6 with no flow and no scope.
    public static byte[] of(InetAddress address, int port) {
        boolean four = address instanceof Inet4Address;
        ByteBuffer out = ByteBuffer.allocate(four ? 16 : 28).order(ByteOrder.nativeOrder());
        out.putShort((short) (four ? AF_INET : AF_INET6));
        out.put((byte) (port >> 8)).put((byte) port);
        return out.position(four ? 4 : 8).put(address.getAddress()).array();
    }
}
