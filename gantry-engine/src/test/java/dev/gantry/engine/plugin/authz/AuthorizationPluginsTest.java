package dev.gantry.engine.plugin.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Forbidden;
import dev.gantry.base.Internal;
import dev.gantry.engine.plugin.PluginDirectories;
import dev.gantry.engine.plugin.PluginDiscovery;
import dev.gantry.engine.plugin.PluginProcess;
import dev.gantry.engine.plugin.Plugins;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing passes unless every guard says so.
@Timeout(60)
class AuthorizationPluginsTest {
    @TempDir
    Path dir;

    private PluginProcess first;
    private PluginProcess second;

    @BeforeEach
    void start() {
        first = PluginProcess.start(dir.resolve("p"), "first");
        second = PluginProcess.start(dir.resolve("p"), "second").ready();
        first.ready();
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
    }

    private AuthorizationPlugins guards(String... names) {
        var directories = new PluginDirectories(List.of(dir.resolve("p")), List.of());
        return new AuthorizationPlugins(
                new Plugins(new PluginDiscovery(directories), Duration.ofSeconds(30)), List.of(names));
    }

    private static ApiExchange asked(String uri, String type, String body) {
        return new ApiExchange(
                "alice",
                List.of(),
                "POST",
                uri,
                Map.of("Content-Type", type, "Authorization", "Bearer secret", "X-Registry-Auth", "secret"),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(String body) {
        return Base64.getEncoder().encodeToString(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void allAreAskedInOrderAndToldWhatTheyMayKnow() {
        AuthorizationPlugins guards = guards("second", "first");
        ApiExchange asked = asked("/v1.50/containers/create", "application/json", "{\"Image\":\"x\"}");
        guards.request(asked);
        guards.response(
                asked,
                new ApiExchange.Reply(
                        201, Map.of("Content-Type", "application/json"), "{}".getBytes(StandardCharsets.UTF_8)));
        for (PluginProcess p : List.of(first, second)) {
            assertThat(p.calls()).hasSize(3);
            assertThat(p.calls().get(1))
                    .startsWith("AuthZPlugin.AuthZReq ")
                    .contains(
                            "\"User\":\"alice\"",
                            "\"UserAuthNMethod\":\"TLS\"",
                            "\"RequestBody\":\"" + encoded("{\"Image\":\"x\"}") + "\"")
                    .doesNotContain("secret");
            assertThat(p.calls().get(2))
                    .startsWith("AuthZPlugin.AuthZRes ")
                    .contains("\"ResponseStatusCode\":201", "\"ResponseBody\":\"" + encoded("{}") + "\"");
        }
    }

    @Test
    void bodiesThatAreNoJsonTooLargeOrSecretStayHere() {
        AuthorizationPlugins guards = guards("first");
        guards.request(asked("/build", "application/x-tar", "{}"));
        guards.request(asked("/x", "application/json", " ".repeat(1024 * 1024)));
        guards.request(asked("/v1.50/auth", "application/json", "{\"password\":\"p\"}"));
        assertThat(first.calls()).hasSize(4).noneMatch(c -> c.contains("\"RequestBody\""));
    }

    @Test
    void oneWhoDeniesIsEnoughAndTheNextIsNotAsked() {
        first.faults("AuthZPlugin.AuthZReq answer {\"Allow\":false,\"Msg\":\"not on\\nSundays\"}");
        assertThatThrownBy(() -> guards("first", "second").request(asked("/x", "text/plain", "")))
                .isInstanceOf(Forbidden.class)
                .hasMessageStartingWith("authorization denied by plugin first: not on Sundays");
        assertThat(second.calls()).isEmpty();
        assertThatCode(() -> guards("second").request(asked("/x", "text/plain", "")))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "answer {\"Allow\":\"true\"}", "answer {\"Allow\":1}", "answer {\"Allow\":true,\"Err\":\"db\"}",
                        "close",
                "status", "die", "huge", "answer true"
            })
    void aGuardThatFailsLetsNothingThrough(String fault) {
        first.faults("AuthZPlugin.AuthZReq " + fault);
        assertThatThrownBy(() -> guards("first").request(asked("/x", "text/plain", "")))
                .isInstanceOf(Internal.class)
                .hasMessageStartingWith("plugin first failed with error: ");
    }

    @Test
    void aGuardThatSaysNothingDenies() {
        first.faults("AuthZPlugin.AuthZReq answer {}");
        assertThatThrownBy(() -> guards("first").request(asked("/x", "text/plain", "")))
                .isInstanceOf(Forbidden.class);
        assertThatThrownBy(() -> guards("nobody").request(asked("/x", "text/plain", "")))
                .isInstanceOf(Internal.class);
        assertThat(guards().isEmpty()).isTrue();
    }
}
