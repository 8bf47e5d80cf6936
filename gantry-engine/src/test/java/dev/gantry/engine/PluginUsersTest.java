package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.volume.Volume;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PluginUsersTest {
    private static Network network(NetworkSpec spec) {
        return new Network(new NetworkId("ab".repeat(32)), Instant.EPOCH, spec, List.of());
    }

    private static Volume volume(String name, String driver) {
        return new Volume(name, "1970-01-01T00:00:00Z", Map.of(), Map.of(), false, "", driver);
    }

    @Test
    void whoeverNeedsAPluginIsNamed() {
        var networks = List.of(
                network(NetworkSpec.named("front").withDriver("p")),
                network(NetworkSpec.named("back").withIpam(new NetworkSpec.Ipam("p:latest", List.of(), Map.of()))),
                network(NetworkSpec.named("other")));
        var volumes = List.of(volume("data", "csi.p:latest"), volume("more", "p"), volume("local", ""));
        assertThat(PluginUsers.of("p:latest", volumes, networks, List.of(), List.of("q", "p")))
                .containsExactly(
                        "volume data", "volume more", "network front", "network back", "the authorization of requests");
        assertThat(PluginUsers.of("p:other", volumes, networks, List.of(), List.of("p")))
                .isEmpty();
    }
}
