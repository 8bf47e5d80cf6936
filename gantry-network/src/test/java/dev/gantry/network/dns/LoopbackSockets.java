package dev.gantry.network.dns;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.ServerSockets;

/// The two sockets of a container's name server, as descriptors, on the same port of this host's loopback
/// address.
record LoopbackSockets(Fd udp, Fd tcp, int port) {
    private static final int AF_INET = 2;
    private static final int STREAM = 1;
    private static final int DATAGRAM = 2;

    static LoopbackSockets open() {
        Linux linux = Linux.host();
        for (int attempt = 0; ; attempt++) {
            Fd udp = linux.sockets().open(AF_INET, DATAGRAM, 0);
            linux.sockets().bind(udp, loopback(0));
            byte[] name = linux.sockets().name(udp);
            int port = (name[2] & 0xff) << 8 | name[3] & 0xff;
            Fd tcp = linux.sockets().open(AF_INET, STREAM, 0);
            try {
                linux.sockets().bind(tcp, loopback(port));
                new ServerSockets().listen(tcp, 128);
                return new LoopbackSockets(udp, tcp, port);
            } catch (RuntimeException e) {
                udp.close();
                tcp.close();
                if (attempt == 20) {
                    throw e;
                }
            }
        }
    }

    private static byte[] loopback(int port) {
        return new byte[] {AF_INET, 0, (byte) (port >>> 8), (byte) port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    }
}
