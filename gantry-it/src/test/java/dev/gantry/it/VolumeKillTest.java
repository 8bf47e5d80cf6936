package dev.gantry.it;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A few kills with every commit, many as a campaign of their own (`./check campaign`).
class VolumeKillTest {
    @TempDir
    Path directory;

    @Test
    @Tag("kernel")
    void aDaemonKilledOverItsVolumesLosesAndLeaksNothing() throws Exception {
        campaign(8);
    }

    @Test
    @Tag("campaign")
    void sixtyKillsOverVolumesLoseAndLeakNothing() throws Exception {
        campaign(60);
    }

    private void campaign(int kills) throws IOException, InterruptedException {
        long seed = Long.getLong("gantry.seed", System.nanoTime());
        System.out.println("campaign seed: -Dgantry.seed=" + seed);
        HostState before = HostState.observe();
        try (DaemonProcess daemon = DaemonProcess.start(directory)) {
            VolumeKills campaign = new VolumeKills(directory, daemon, seed);
            campaign.run(kills);
            System.out.println(kills + " kills, " + campaign.verified() + " volumes verified");
        }
        before.mustComeBack(Duration.ofSeconds(20));
    }
}
