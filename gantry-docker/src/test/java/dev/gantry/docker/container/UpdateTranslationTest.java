package dev.gantry.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.container.UpdateRequest;
import dev.gantry.api.json.Wire;
import dev.gantry.base.ContainerId;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.RestartPolicy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UpdateTranslationTest {
    private static final Path D = Path.of("/d");

    private static UpdateRequest request(String json) {
        return Wire.json().type(UpdateRequest.class).fromJson(json);
    }

    private static ContainerSpec apply(ContainerSpec spec, String json) {
        UpdateRequest u = request(json);
        UpdateTranslation.check(u);
        var c = new Container(
                new ContainerId("ab".repeat(32)),
                "web",
                spec,
                "",
                Instant.EPOCH,
                new ContainerState.Created(),
                new Container.History(Optional.empty(), Optional.empty(), 0, false, ""),
                new Container.Files(D, D, D, D, D));
        return UpdateTranslation.apply(c, spec, u);
    }

    @Test
    void whatIsNotNamedStaysAsItIs() {
        ContainerSpec spec = ContainerSpec.of("a")
                .args("true")
                .memoryBytes(64 << 20)
                .restart(new RestartPolicy(RestartPolicy.Kind.ON_FAILURE, 3))
                .build();
        ContainerSpec changed = apply(spec, "{\"PidsLimit\":7}");
        assertThat(changed.resources().pidsLimit()).isEqualTo(7);
        assertThat(changed.resources().memoryBytes()).isEqualTo(64 << 20);
        assertThat(changed.restart()).isEqualTo(spec.restart());
        assertThat(apply(changed, "{\"RestartPolicy\":{\"Name\":\"\"},\"PidsLimit\":0}")
                        .restart())
                .isEqualTo(spec.restart());
        assertThat(apply(changed, "{\"RestartPolicy\":{\"Name\":\"no\"}}").restart())
                .isEqualTo(RestartPolicy.NO);
        var host = InspectTranslation.asked(changed).hostConfig();
        assertThat(host).isNotNull();
        assertThat(host.pidsLimit()).isEqualTo(7);
        assertThat(host.memory()).isEqualTo(64 << 20);
    }

    @Test
    void memoryAndSwapStayWhatTheyWere() {
        ContainerSpec spec =
                ContainerSpec.of("a").args("true").memoryBytes(64 << 20).build();
        assertThat(apply(spec, "{\"Memory\":100663296}").resources().memorySwapBytes())
                .isEqualTo(128 << 20);
        assertThatThrownBy(() -> apply(spec, "{\"Memory\":268435456}"))
                .hasMessageContaining("Memory limit should be smaller than already set memoryswap limit");
        assertThat(apply(spec, "{\"Memory\":268435456,\"MemorySwap\":-1}")
                        .resources()
                        .memorySwapBytes())
                .isEqualTo(-1);
    }

    @Test
    void whatCannotBeChangedIsRefused() {
        ContainerSpec spec = ContainerSpec.of("a").args("true").autoRemove(true).build();
        assertThatThrownBy(() -> apply(spec, "{\"RestartPolicy\":{\"Name\":\"always\"}}"))
                .hasMessageContaining("because AutoRemove is enabled");
        for (String other : new String[] {
            "{\"BlkioWeight\":300}",
            "{\"KernelMemory\":1}",
            "{\"OomKillDisable\":true}",
            "{\"MemorySwappiness\":5}",
            "{\"CpuRealtimeRuntime\":1}",
            "{\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":1,\"Hard\":1}]}",
            "{\"Memory\":1000}"
        }) {
            assertThatThrownBy(() -> apply(spec, other)).as(other).isInstanceOf(DockerError.class);
        }
    }
}
