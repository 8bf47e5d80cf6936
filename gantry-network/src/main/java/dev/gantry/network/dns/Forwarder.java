package dev.gantry.network.dns;

import dev.gantry.network.address.Ip;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Asks other servers, one after the other, from this process's own network. Each query has a fresh
/// random id and a fresh socket, whose port the kernel chooses at random and to which only the server
/// asked can send (RFC 5452 §9).
final class Forwarder {
    private static final int PORT = 53;
    /// More servers than that make nobody wait longer.
    private static final int MOST_SERVERS = 3;

    private static final byte CUT = Wire.TC >>> 8;
    private static final int MOST_DATAGRAM = 4096;

    private final int port;
    private final Duration patience;
    /// Guards against floods, and against loops of servers that forward to each other: both end here.
    private final Semaphore inFlight;

    private final SecureRandom random = new SecureRandom();

    Forwarder(int port, Duration patience, int mostInFlight) {
        this.port = port;
        this.patience = patience;
        this.inFlight = new Semaphore(mostInFlight);
    }

    static Forwarder usual() {
        return new Forwarder(PORT, Duration.ofSeconds(2), 1024);
    }

    /// The answer with the query's own id; `SERVFAIL` when nobody gives one in time.
    byte[] ask(List<Ip> servers, byte[] query, boolean datagram) {
        if (!inFlight.tryAcquire()) {
            return failure(query);
        }
        try {
            byte[] weak = null;
            for (Ip server : servers.subList(0, Math.min(MOST_SERVERS, servers.size()))) {
                byte[] answer = one(server, query, datagram);
                if (answer != null) {
                    int code = Wire.u16(answer, 2) & Wire.RCODE;
                    answer[0] = query[0];
                    answer[1] = query[1];
                    if (code != Wire.SERVFAIL && code != Wire.REFUSED) {
                        return answer;
                    }
                    weak = answer;
                }
            }
            return weak == null ? failure(query) : weak;
        } finally {
            inFlight.release();
        }
    }

    /// Null when this server does not answer in time.
    private byte @Nullable [] one(Ip server, byte[] query, boolean datagram) {
        byte[] ours = query.clone();
        Wire.put16(ours, 0, random.nextInt(1 << 16));
        InetSocketAddress address = new InetSocketAddress(server.toInetAddress(), port);
        try {
            byte[] answer = datagram ? overUdp(address, ours) : overTcp(address, ours);
            // Cut, because it was too long for a datagram: a connection takes it all.
            return datagram && (Wire.u16(answer, 2) & Wire.TC) != 0 ? whole(address, ours, answer) : answer;
        } catch (IOException e) {
            return null;
        }
    }

    private byte[] whole(InetSocketAddress address, byte[] query, byte[] cut) {
        try {
            return overTcp(address, query);
        } catch (IOException e) {
            return cut;
        }
    }

    private byte[] overUdp(InetSocketAddress server, byte[] query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.connect(server);
            socket.send(new DatagramPacket(query, query.length));
            byte[] buffer = new byte[MOST_DATAGRAM];
            long end = System.nanoTime() + patience.toNanos();
            while (true) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    throw new SocketTimeoutException("no answer from " + server);
                }
                socket.setSoTimeout((int) left);
                DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                if (answers(query, buffer, packet.getLength())) {
                    if (packet.getLength() == buffer.length) {
                        buffer[2] |= CUT; // there was more than we had room for
                    }
                    return Arrays.copyOf(buffer, packet.getLength());
                }
            }
        }
    }

    private byte[] overTcp(InetSocketAddress server, byte[] query) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(server, (int) patience.toMillis());
            socket.setSoTimeout((int) patience.toMillis());
            byte[] framed = new byte[query.length + 2];
            Wire.put16(framed, 0, query.length);
            System.arraycopy(query, 0, framed, 2, query.length);
            socket.getOutputStream().write(framed);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readUnsignedShort()];
            in.readFully(answer);
            if (!answers(query, answer, answer.length)) {
                throw new IOException("an answer to another question from " + server);
            }
            return answer;
        }
    }

    /// Whether this is an answer to this very query: same id, same question but for the case of letters.
    static boolean answers(byte[] query, byte[] answer, int length) {
        Question asked = Question.read(query, query.length);
        boolean head = asked != null
                && length >= Question.HEADER
                && Wire.u16(answer, 0) == Wire.u16(query, 0)
                && (Wire.u16(answer, 2) & Wire.QR) != 0;
        if (asked == null || !head) {
            return false;
        }
        // Some servers leave the question out of an error.
        if (Wire.u16(answer, 4) == 0) {
            return (Wire.u16(answer, 2) & Wire.RCODE) != 0;
        }
        if (Wire.u16(answer, 4) != 1 || length < asked.end()) {
            return false;
        }
        for (int i = Question.HEADER; i < asked.end(); i++) {
            if (lower(query[i]) != lower(answer[i])) {
                return false;
            }
        }
        return true;
    }

    private static int lower(byte b) {
        return b >= 'A' && b <= 'Z' ? b + 32 : b;
    }

    private static byte[] failure(byte[] query) {
        byte[] out = new byte[query.length + 16];
        return Arrays.copyOf(out, Responder.error(query, query.length, out, Wire.SERVFAIL));
    }
}
