package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A few kills with every commit, many as a campaign of their own (`./check campaign`).
class NetworkKillTest {
    /// It says each time whom it found, and what it was told when it found nobody. It asks again for as long as the
    /// start
    /// of a daemon may take.
    private static final String RESOLVE =
            "n=0; while :; do busybox nslookup -timeout=60 -retry=24 peer >/tmp/said 2>&1 && n=$((n+1)) && echo found"
                    + " $n || { echo failed; cat /tmp/said; }; busybox sleep 0.05; done";

    @TempDir
    Path directory;

    @Test
    @Tag("kernel")
    @Timeout(180)
    void aDaemonKilledOverItsNetworksLosesAndLeaksNothing() throws Exception {
        campaign(5);
    }

    @Test
    @Tag("campaign")
    void sixtyKillsOverNetworksLoseAndLeakNothing() throws Exception {
        campaign(60);
    }

    private void campaign(int kills) throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        Kills.campaign(directory, kills, (daemon, seed, times) -> {
            var campaign = new NetworkKills(directory, daemon, seed);
            campaign.run(times);
            return campaign.verified() + " networks and containers verified";
        });
    }

    @Test
    @Tag("kernel")
    @Timeout(180)
    void whoFindsNamesAndTalksThroughAPublishedPortNoticesNoKill() throws Exception {
        noticesNothing(4);
    }

    @Test
    @Tag("campaign")
    void whoFindsNamesAndTalksThroughAPublishedPortNoticesNoneOfTwentyKills() throws Exception {
        noticesNothing(20);
    }

    private void noticesNothing(int kills) throws IOException {
        HostState before = HostState.observe(directory);
        try (StockDaemon daemon = StockDaemon.start(directory);
                Neighbour neighbour = Neighbour.of(daemon)) {
            Nginx.load(daemon, directory);
            daemon.out("network", "create", "own");
            daemon.out("run", "-d", "--name", "peer", "--network", "own", "-p", "8080:80", "nginx:it");
            daemon.out("run", "-d", "--name", "asking", "--network", "own", "busybox:it", "sh", "-c", RESOLVE);
            Waiting.until(Duration.ofSeconds(30), () -> "nginx answers", () -> answers(neighbour));
            try (Neighbour.Talk talk = neighbour.talk("192.0.2.1", 8080)) {
                for (int i = 0; i < kills; i++) {
                    long found = found(daemon);
                    talk.request();
                    daemon.daemon().kill();
                    talk.request();
                    daemon.daemon().startAgain();
                    talk.request();
                    Waiting.until(Duration.ofSeconds(30), () -> "names are found again", () -> found(daemon) > found);
                }
            }
            assertThat(log(daemon)).doesNotContain("failed");
            daemon.removeAll();
        }
        before.mustComeBack(Duration.ofSeconds(20));
    }

    private static boolean answers(Neighbour neighbour) {
        try {
            return neighbour
                    .run("busybox nc -w 2 192.0.2.1 8080 </dev/null >/dev/null && echo yes")
                    .equals("yes");
        } catch (IOException e) {
            return false;
        }
    }

    private static long found(StockDaemon daemon) {
        return log(daemon).lines().filter(l -> l.startsWith("found")).count();
    }

    private static String log(StockDaemon daemon) {
        try {
            return daemon.out("logs", "asking");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
