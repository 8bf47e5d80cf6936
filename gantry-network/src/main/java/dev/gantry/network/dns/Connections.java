package dev.gantry.network.dns;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.ServerSockets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Queries over connections (RFC 7766): each with its length before it, several on one connection.
final class Connections {
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final int MOST_QUERIES = 100;
    private static final int MOST_MESSAGE = 65_535;

    private Connections() {}

    /// Platform threads, since reads of these descriptors hold their thread. No queue: the caller hears
    /// at once when all are busy.
    static ExecutorService pool(int most) {
        return new ThreadPoolExecutor(
                0,
                most,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().name("dns-connection").daemon().factory());
    }

    static void serve(Fd connection, Asker asker, Forwarder forwarder) {
        Linux linux = Linux.host();
        try (connection) {
            byte[] out = new byte[MOST_MESSAGE];
            for (int i = 0; i < MOST_QUERIES; i++) {
                byte[] length = read(linux, connection, 2);
                if (length.length < 2) {
                    return;
                }
                byte[] query = read(linux, connection, Wire.u16(length, 0));
                if (query.length < Wire.u16(length, 0) || query.length < Question.HEADER) {
                    return;
                }
                NameView now = asker.view();
                int size = Responder.answer(now, query, query.length, out, false, i);
                if (size == Responder.DROP) {
                    return;
                }
                byte[] answer = size == Responder.FORWARD
                        ? forwarder.ask(now.upstreams(), query, false)
                        : Arrays.copyOf(out, size);
                if (!write(connection, answer)) {
                    return;
                }
            }
        } catch (LinuxError e) {
            // the client went away: there is nobody to tell
        }
    }

    /// Fewer bytes when the client closes, or is silent for too long. The deadline is for the whole: a
    /// client that sends single bytes does not hold a thread for ever.
    private static byte[] read(Linux linux, Fd connection, int wanted) {
        byte[] bytes = new byte[wanted];
        int have = 0;
        long end = System.nanoTime() + IDLE.toNanos();
        while (have < wanted) {
            Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            if (!linux.sockets().readable(connection, left)) {
                break;
            }
            byte[] more = linux.sockets().receive(connection, wanted - have, 0).bytes();
            if (more.length == 0) {
                break;
            }
            System.arraycopy(more, 0, bytes, have, more.length);
            have += more.length;
        }
        return have == wanted ? bytes : Arrays.copyOf(bytes, have);
    }

    private static boolean write(Fd connection, byte[] message) {
        byte[] framed = new byte[message.length + 2];
        Wire.put16(framed, 0, message.length);
        System.arraycopy(message, 0, framed, 2, message.length);
        return new ServerSockets().write(connection, framed, IDLE);
    }
}
