package dev.gantry.http;

import dev.gantry.linux.Linux;
import dev.gantry.linux.SocketCalls;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Waits until a client has read the head of the answer with which it takes a connection over. The docker SDK for
/// Python reads the head through a buffer that it then throws away: what comes in the same breath is lost. A dockerd
/// takes tens of milliseconds to come to the first byte; here that would happen to every other short exec.
final class HeadReading {
    private static final List<String> KEEPERS = List.of("Docker-Client/", "gantry", "Go-http-client/", "compose/");
    private static final SocketCalls SOCKETS = Linux.host().sockets();
    private static final Duration LIMIT = Duration.ofSeconds(2);
    private static final Duration BETWEEN = Duration.ofNanos(100_000);

    /// Of a connection that cannot tell what was read.
    private static final Duration BLIND = Duration.ofMillis(20);

    private HeadReading() {}

    /// Clients that are known to keep what they have read need no call of the system more.
    static boolean isNeeded(@Nullable String userAgent) {
        return userAgent == null || KEEPERS.stream().noneMatch(userAgent::startsWith);
    }

    static void await(Channel channel) {
        if (channel instanceof EpollDomainSocketChannel local) {
            int descriptor = local.fd().intValue();
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (channel.isActive() && SOCKETS.unreadByPeer(descriptor) > 0 && System.nanoTime() < deadline) {
                LockSupport.parkNanos(BETWEEN.toNanos());
            }
        } else {
            LockSupport.parkNanos(BLIND.toNanos());
        }
    }
}
