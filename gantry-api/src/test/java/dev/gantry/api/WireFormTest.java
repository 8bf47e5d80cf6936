package dev.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.container.ContainerConfig;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.ExecConfig;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.container.WaitResponse;
import dev.gantry.api.image.Progress;
import dev.gantry.api.json.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Null, absent and empty, per field, as the Engine API's own records have them.
class WireFormTest {
    @Test
    void anEmptyConfigHasTheNullsAndTheAbsencesOfDocker() {
        assertThat(Wire.json().toJson(ContainerConfig.builder().build()))
                .isEqualTo("{\"Hostname\":\"\",\"Domainname\":\"\",\"User\":\"\",\"AttachStdin\":false,"
                        + "\"AttachStdout\":false,\"AttachStderr\":false,\"Tty\":false,\"OpenStdin\":false,"
                        + "\"StdinOnce\":false,\"Env\":null,\"Cmd\":null,\"Image\":\"\",\"Volumes\":null,"
                        + "\"WorkingDir\":\"\",\"Entrypoint\":null,\"OnBuild\":null,\"Labels\":null}");
    }

    @Test
    void anEmptyHostConfigHasTheNullsAndTheAbsencesOfDocker() {
        String json = Wire.json().toJson(HostConfig.builder().build());
        assertThat(json)
                .contains("\"Binds\":null", "\"CapAdd\":null", "\"PidsLimit\":null", "\"OomKillDisable\":null")
                .contains("\"MemorySwappiness\":null", "\"Devices\":[]", "\"PortBindings\":{}", "\"Ulimits\":[]")
                .contains("\"LogConfig\":{\"Type\":\"\",\"Config\":{}}")
                .doesNotContain("\"Init\"", "\"Tmpfs\"", "\"Sysctls\"", "\"Mounts\"", "\"StorageOpt\"");
    }

    @Test
    void aCommandMayBeOneText() {
        var request = Wire.json().type(CreateRequest.class).fromJson("{\"Cmd\":\"true\",\"Entrypoint\":[\"a\",\"b\"]}");
        assertThat(request.cmd()).isEqualTo(List.of("true"));
        assertThat(request.entrypoint()).isEqualTo(List.of("a", "b"));
        assertThat(request.hostConfig()).isNull();
        assertThat(request.hostname()).isEmpty();
    }

    @Test
    void nullsInARequestAreTheSameAsAbsence() {
        var exec = Wire.json()
                .type(ExecConfig.class)
                .fromJson("{\"User\":null,\"Tty\":null,\"Cmd\":null,\"Env\":null,\"Unknown\":{\"a\":[1]}}");
        assertThat(exec).isEqualTo(ExecConfig.builder().build());
    }

    @Test
    void linesOfProgressCarryOnlyWhatTheySay() {
        assertThat(Wire.json().toJson(Progress.step("a1", "Downloading", 1, 2)))
                .isEqualTo("{\"status\":\"Downloading\",\"progressDetail\":{\"current\":1,\"total\":2},\"id\":\"a1\"}");
        assertThat(Wire.json().toJson(Progress.failed("no")))
                .isEqualTo("{\"errorDetail\":{\"message\":\"no\"},\"error\":\"no\"}");
    }

    @Test
    void aWaitWithoutAnErrorHasNoErrorField() {
        assertThat(Wire.json().toJson(new WaitResponse(3, null))).isEqualTo("{\"StatusCode\":3}");
    }

    @Test
    void aSetIsReadAndWrittenAsAnObjectOfEmptyObjects() {
        String json = "{\"ExposedPorts\":{\"80/tcp\":{},\"81/tcp\":{\"x\":1}},\"Volumes\":{}}";
        ContainerConfig config = Wire.json().type(ContainerConfig.class).fromJson(json);
        assertThat(config.exposedPorts()).containsOnlyKeys("80/tcp", "81/tcp");
        assertThat(Wire.json().toJson(config))
                .contains("\"ExposedPorts\":{\"80/tcp\":{},\"81/tcp\":{}}", "\"Volumes\":{}");
    }

    @Test
    void aListOfRecordsAndAnEmptyListAreWritten() {
        assertThat(Wire.json().toJson(List.of(new WaitResponse(1, null)))).isEqualTo("[{\"StatusCode\":1}]");
        assertThat(Wire.json().toJson(List.of())).isEqualTo("[]");
    }
}
