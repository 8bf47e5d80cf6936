package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.base.GantryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Kills a daemon at random moments under load. What campaigns have in common; what was promised, and whether it was
/// kept, is theirs.
final class Kills {
    private static final Pattern ID = Pattern.compile("\"Id\" *: *\"([0-9a-f]{64})\"");

    private final DaemonProcess daemon;
    private final Random random;
    private final Queue<AssertionError> wrongs = new ConcurrentLinkedQueue<>();

    Kills(DaemonProcess daemon, Random random) {
        this.daemon = daemon;
        this.random = random;
    }

    /// What is repeated until the daemon is gone.
    @FunctionalInterface
    interface Load {
        void one(EngineClient client, Random random) throws IOException;
    }

    /// One campaign of so many kills; tells what was verified.
    @FunctionalInterface
    interface Campaign {
        String run(DaemonProcess daemon, long seed, int kills) throws IOException, InterruptedException;
    }

    /// Runs a campaign and prints its seed; afterwards the host is as before.
    static void campaign(Path directory, int kills, Campaign campaign) throws IOException, InterruptedException {
        long seed = Long.getLong("gantry.seed", System.nanoTime());
        System.out.println("campaign seed: -Dgantry.seed=" + seed);
        HostState before = HostState.observe(directory);
        try (DaemonProcess daemon = DaemonProcess.startApart(directory)) {
            System.out.println(kills + " kills, " + campaign.run(daemon, seed, kills));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("with -Dgantry.seed=" + seed + ": " + e.getMessage(), e);
        }
        before.mustComeBack(Duration.ofSeconds(20));
    }

    /// Load until `enough`, so that slow machines test as much as fast ones; then a kill within `most`. The daemon is
    /// dead on return, and nobody spoke to it in vain.
    void one(List<Load> loads, Supplier<String> what, BooleanSupplier enough, Duration most)
            throws InterruptedException {
        List<Thread> threads = loads.stream().map(this::thread).toList();
        Waiting.until(Duration.ofSeconds(30), what, () -> !wrongs.isEmpty() || enough.getAsBoolean());
        LockSupport.parkNanos(random.nextLong(most.toNanos()));
        daemon.kill();
        for (Thread t : threads) {
            t.join(Duration.ofSeconds(30));
            assertThat(t.isAlive()).as("a client hangs after the kill").isFalse();
        }
        if (!wrongs.isEmpty()) {
            throw wrongs.element();
        }
    }

    private Thread thread(Load load) {
        long seed = random.nextLong();
        return Thread.ofVirtual().start(() -> {
            Random own = new Random(seed);
            try (EngineClient client = daemon.client()) {
                while (true) {
                    load.one(client, own);
                }
            } catch (GantryException | IOException | UncheckedIOException _) {
                // The daemon was killed: what happens then is verified after its next start.
            } catch (EngineError e) {
                wrongs.add(new AssertionError("refused while it lived: " + e.getMessage(), e));
            } catch (AssertionError e) {
                wrongs.add(e);
            }
        });
    }

    /// Of a container, an exec or a network that was made.
    static String id(String json) {
        Matcher matcher = ID.matcher(json);
        assertThat(matcher.find()).as("an id in %s", json).isTrue();
        return matcher.group(1);
    }
}
