package dev.gantry.network.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A server elsewhere: what it says to a datagram and to a connection is given by the test.
final class FakeUpstream implements AutoCloseable {
    /// Several datagrams may answer one.
    interface Datagram {
        List<byte[]> answers(byte[] query);
    }

    interface Stream {
        byte[] answer(byte[] query);
    }

    final List<byte[]> heard = new CopyOnWriteArrayList<>();
    final List<Integer> sourcePorts = new CopyOnWriteArrayList<>();
    private final DatagramSocket udp;
    private final ServerSocket tcp;

    FakeUpstream(String address, int port, Datagram datagram, Stream stream) throws IOException {
        InetAddress ip = InetAddress.ofLiteral(address);
        udp = new DatagramSocket(new InetSocketAddress(ip, port));
        tcp = new ServerSocket(udp.getLocalPort(), 16, ip);
        Thread.startVirtualThread(() -> datagrams(datagram));
        Thread.startVirtualThread(() -> streams(stream));
    }

    int port() {
        return udp.getLocalPort();
    }

    private void datagrams(Datagram datagram) {
        byte[] buffer = new byte[4096];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                udp.receive(packet);
                byte[] query = Arrays.copyOf(buffer, packet.getLength());
                heard.add(query);
                sourcePorts.add(packet.getPort());
                for (byte[] answer : datagram.answers(query)) {
                    udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void streams(Stream stream) {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    byte[] query = new byte[in.readUnsignedShort()];
                    in.readFully(query);
                    byte[] answer = stream.answer(query);
                    byte[] framed = new byte[answer.length + 2];
                    Wire.put16(framed, 0, answer.length);
                    System.arraycopy(answer, 0, framed, 2, answer.length);
                    socket.getOutputStream().write(framed);
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
