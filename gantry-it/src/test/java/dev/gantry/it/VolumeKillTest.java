package dev.gantry.it;

import java.io.IOException;
import java.nio.file.Path;
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
        Kills.campaign(directory, kills, (daemon, seed, times) -> {
            var campaign = new VolumeKills(directory, daemon, seed);
            campaign.run(times);
            return campaign.verified() + " volumes verified";
        });
    }
}
