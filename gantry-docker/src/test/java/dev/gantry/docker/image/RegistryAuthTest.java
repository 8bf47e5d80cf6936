package dev.gantry.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.docker.route.DockerError;
import dev.gantry.images.registry.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class RegistryAuthTest {
    private static String header(String json) {
        return Base64.getUrlEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aPairInTheFieldAuthIsRead() {
        String pair = Base64.getEncoder().encodeToString("me:a:b".getBytes(StandardCharsets.UTF_8));
        assertThat(RegistryAuth.parse(header("{\"auth\":\"" + pair + "\"}")))
                .isEqualTo(new Credentials.Password("me", "a:b"));
    }

    @Test
    void whatCannotBeReadIsTheClientsMistakeAndIsNotShown() {
        for (String bad :
                new String[] {"%secret%", header("secret"), header("[1]"), header("{\"auth\":\"%secret%\"}")}) {
            assertThatThrownBy(() -> RegistryAuth.parse(bad)).as(bad).isInstanceOfSatisfying(DockerError.class, e -> {
                assertThat(e.status()).isEqualTo(400);
                assertThat(e.words()).contains("X-Registry-Auth").doesNotContain("secret");
            });
        }
    }
}
