package dev.gantry.docker.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class VersionsTest {
    @Test
    void aPathNamesItsVersionOrMeansTheNewest() {
        assertThat(Versions.split("/v1.41/info")).isEqualTo(new Versions.Versioned("/info", 41));
        assertThat(Versions.split("/info")).isEqualTo(new Versions.Versioned("/info", 50));
        assertThat(Versions.split("/volumes/a")).isEqualTo(new Versions.Versioned("/volumes/a", 50));
        assertThat(Versions.split("/v1.24/containers/v1.2/json"))
                .isEqualTo(new Versions.Versioned("/containers/v1.2/json", 24));
        assertThat(Versions.split("/vx/y")).isEqualTo(new Versions.Versioned("/vx/y", 50));
    }

    @Test
    void tooNewAndTooOldAreRefusedInDockersWords() {
        assertThatThrownBy(() -> Versions.split("/v1.51/info"))
                .hasMessage("client version 1.51 is too new. Maximum supported API version is 1.50");
        assertThatThrownBy(() -> Versions.split("/v1.23/info"))
                .hasMessage("client version 1.23 is too old. Minimum supported API version is 1.24,"
                        + " please upgrade your client to a newer version");
        assertThatThrownBy(() -> Versions.split("/v2.0/info")).isInstanceOf(DockerError.class);
    }

    @Test
    void aVersionHasOneSpelling() {
        for (String path : new String[] {"/v1.050/info", "/v01.50/info", "/v1.0050/info", "/v001.041"}) {
            assertThatThrownBy(() -> Versions.split(path))
                    .as(path)
                    .isInstanceOf(DockerError.class)
                    .hasMessageContaining("begins a number with a zero");
        }
    }
}
