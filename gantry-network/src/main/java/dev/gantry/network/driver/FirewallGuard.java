package dev.gantry.network.driver;

import dev.gantry.linux.EventPoll;
import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.nftables.Nftables;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Hears when somebody takes our table or a part of it away (`nft flush ruleset`, `nft flush table inet gantry`), and
/// has it loaded again at once. One platform thread, which waits in the kernel.
final class FirewallGuard implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration END_TAKES = Duration.ofSeconds(2);
    private static final int WAIT_MILLIS = 60_000;

    private final NetlinkSocket events;
    private final Firewall firewall;
    private final EventPoll poll = EventPoll.open();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    private FirewallGuard(NetlinkSocket events, Firewall firewall) {
        this.events = events;
        this.firewall = firewall;
        this.thread = Thread.ofPlatform().name("firewall").daemon().unstarted(this::run);
    }

    static FirewallGuard start(NetlinkSocket events, Firewall firewall) {
        FirewallGuard guard = new FirewallGuard(events, firewall);
        try {
            events.subscribe(Nftables.GROUP);
            events.watch(guard.poll, 0);
        } catch (RuntimeException e) {
            guard.poll.close();
            throw e;
        }
        guard.thread.start();
        return guard;
    }

    private void run() {
        while (closed.getCount() > 0) {
            try {
                poll.await(WAIT_MILLIS);
                NetlinkSocket.Events heard = events.events(Duration.ZERO);
                boolean hurt = heard.messages().stream().anyMatch(firewall::isHurtBy);
                // Of a table with many elements the kernel tells more than a buffer holds: then its state counts.
                if ((hurt || heard.lost()) && !firewall.restore()) {
                    // Somebody works against us: not as fast as we can.
                    System.getLogger("network").log(System.Logger.Level.WARNING, "event=firewall-changed-by-others");
                    pause();
                }
            } catch (RuntimeException e) {
                System.getLogger("network").log(System.Logger.Level.WARNING, "event=firewall-not-restored", e);
                pause();
            }
        }
    }

    private void pause() {
        try {
            closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            closed.countDown();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        poll.wake();
        try {
            thread.join(END_TAKES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        poll.close();
        events.close();
    }
}
