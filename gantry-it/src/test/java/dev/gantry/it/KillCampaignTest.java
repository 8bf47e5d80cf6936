package dev.gantry.it;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A few kills with every commit, many as a campaign of their own (`./check campaign`).
class KillCampaignTest {
    @TempDir
    Path directory;

    @Test
    @Tag("kernel")
    void aDaemonKilledUnderLoadLosesNothing() throws Exception {
        campaign(5);
    }

    @Test
    @Tag("campaign")
    void sixtyKillsUnderLoadLoseNothing() throws Exception {
        campaign(60);
    }

    private void campaign(int kills) throws IOException, InterruptedException {
        Kills.campaign(directory, kills, (daemon, seed, times) -> {
            var campaign = new KillCampaign(directory, daemon, seed);
            campaign.run(times);
            return campaign.settled() + " containers verified";
        });
    }
}
