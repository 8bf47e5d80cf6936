package dev.gantry.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// As [KillCampaignTest], over what moves content: images to and from a registry, files, plugins.
class ContentKillTest {
    @TempDir
    Path directory;

    @Test
    @Tag("kernel")
    void aDaemonKilledOverItsContentLosesAndLeaksNothing() throws Exception {
        campaign(3);
    }

    @Test
    @Tag("campaign")
    void sixtyKillsOverContentLoseAndLeakNothing() throws Exception {
        campaign(60);
    }

    private void campaign(int kills) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/docker-registry")), "no docker-registry");
        Kills.campaign(directory, kills, (daemon, seed, times) -> {
            try (var campaign = new ContentKills(directory, daemon, seed)) {
                campaign.run(times);
                return campaign.verified() + " images, files and plugins verified";
            }
        });
    }
}
