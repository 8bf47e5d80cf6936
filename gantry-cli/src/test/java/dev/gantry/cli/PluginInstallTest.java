package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluginInstallTest extends CommandTest {
    private static final String DIGEST = "@sha256:" + "0123456789abcdef".repeat(4);

    @BeforeEach
    void anEngineThatInstalls() {
        engine.answer("GET /plugins/privileges", 200, "[]")
                .answer("POST /plugins/pull", 200, "")
                .answer("POST /plugins/", 200, "");
    }

    /// The engine's own name for it, not the text that it came by.
    @ParameterizedTest
    @CsvSource({"me/it,me/it:latest", "me/it:v1,me/it:v1", "me/it@,me/it:latest", "h:5000/it@,h:5000/it:latest"})
    void whatIsInstalledIsStartedByTheNameItHasHere(String remote, String name) {
        String text = remote.endsWith("@") ? remote.replace("@", DIGEST) : remote;
        assertThat(gantry("plugin", "install", text)).as(err()).isZero();
        assertThat(engine.lines()).anyMatch(l -> l.matches("POST (/v1[.][0-9]+)?/plugins/.*/enable.*"));
        assertThat(engine.lines().getLast().replace("%2F", "/").replace("%3A", ":"))
                .contains("/plugins/" + name + "/enable");
    }
}
