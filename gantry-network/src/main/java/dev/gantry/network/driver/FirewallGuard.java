package dev.gantry.network.driver;

import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.nftables.Nftables;
import java.time.Duration;

/// Hears when somebody takes our table or a part of it away (`nft flush ruleset`, `nft flush table inet gantry`), and
/// has it loaded again at once. One platform thread, which waits in the kernel.
final class FirewallGuard implements AutoCloseable {
    /// How long [#close] may take.
    private static final Duration WAIT = Duration.ofSeconds(1);

    private final NetlinkSocket events;
    private final Firewall firewall;
    private final Thread thread;
    private volatile boolean closed;

    private FirewallGuard(NetlinkSocket events, Firewall firewall) {
        this.events = events;
        this.firewall = firewall;
        this.thread = Thread.ofPlatform().name("firewall").daemon().unstarted(this::run);
    }

    static FirewallGuard start(NetlinkSocket events, Firewall firewall) {
        FirewallGuard guard = new FirewallGuard(events, firewall);
        events.subscribe(Nftables.GROUP);
        guard.thread.start();
        return guard;
    }

    private void run() {
        while (!closed) {
            try {
                NetlinkSocket.Events heard = events.events(WAIT);
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
            Thread.sleep(WAIT);
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(WAIT.multipliedBy(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        events.close();
    }
}
