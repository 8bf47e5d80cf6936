package dev.gantry.network.driver;

import dev.gantry.linux.netlink.NetlinkSocket;
import dev.gantry.linux.netlink.nftables.Nftables;
import dev.gantry.linux.netlink.nftables.Table;
import java.time.Duration;

/// Hears when somebody takes our table away (`nft flush ruleset`), and has it loaded again at once. One
/// platform thread, which waits in the kernel.
final class FirewallGuard implements AutoCloseable {
    /// How long [#close] may take.
    private static final Duration WAIT = Duration.ofSeconds(1);

    private final NetlinkSocket events;
    private final String table;
    private final Runnable restore;
    private final Thread thread;
    private volatile boolean closed;

    private FirewallGuard(NetlinkSocket events, String table, Runnable restore) {
        this.events = events;
        this.table = table;
        this.restore = restore;
        this.thread = Thread.ofPlatform().name("firewall").daemon().unstarted(this::run);
    }

    static FirewallGuard start(NetlinkSocket events, String table, Runnable restore) {
        FirewallGuard guard = new FirewallGuard(events, table, restore);
        events.subscribe(Nftables.GROUP);
        guard.thread.start();
        return guard;
    }

    private void run() {
        while (!closed) {
            try {
                NetlinkSocket.Events heard = events.events(WAIT);
                boolean ours = heard.messages().stream()
                        .anyMatch(m -> Table.isIn(m) && Table.read(m).name().equals(table));
                if (ours || heard.lost()) {
                    restore.run();
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
