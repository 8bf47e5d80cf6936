package dev.gantry.it;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// As [KillCampaignTest], over builds.
class BuildKillTest {
    @TempDir
    Path directory;

    @Test
    @Tag("kernel")
    void aDaemonKilledInABuildLosesAndLeaksNothing() throws Exception {
        campaign(2);
    }

    @Test
    @Tag("campaign")
    void sixtyKillsInBuildsLoseAndLeakNothing() throws Exception {
        campaign(60);
    }

    private void campaign(int kills) throws IOException, InterruptedException {
        Kills.campaign(directory, kills, (daemon, seed, times) -> {
            var campaign = new BuildKills(directory, daemon, seed);
            campaign.run(times);
            return campaign.verified() + " images verified";
        });
    }
}
