package dev.gantry.images.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Repository;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DockerCredentialsTest {
    @Test
    void aHeaderHoldsAPasswordOrATokenOrNobody() {
        assertThat(DockerCredentials.fromHeader("")).isEqualTo(Credentials.ANONYMOUS);
        assertThat(DockerCredentials.fromHeader(base64("{}"))).isEqualTo(Credentials.ANONYMOUS);
        assertThat(DockerCredentials.fromHeader(
                        base64("{\"username\":\"b?b\",\"password\":\"p~~?>\",\"serveraddress\":\"x\"}")))
                .isEqualTo(new Credentials.Password("b?b", "p~~?>"));
        assertThat(DockerCredentials.fromHeader(base64("{\"identitytoken\":\"t\",\"username\":\"<token>\"}")))
                .isEqualTo(new Credentials.IdentityToken("t"));
        assertThat(DockerCredentials.fromHeader(base64("{\"registrytoken\":\"t\"}")))
                .isEqualTo(new Credentials.RegistryToken("t"));
        assertThatThrownBy(() -> DockerCredentials.fromHeader("no base64 at all"))
                .isInstanceOf(InvalidArgument.class);
    }

    @Test
    void aConfigFileIsAskedByTheNameOfTheRegistry() {
        String bob = Base64.getEncoder().encodeToString("bob:a:b".getBytes(StandardCharsets.UTF_8));
        byte[] config = ("{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"" + bob
                        + "\"},\"r.example:5000\":{\"username\":\"u\",\"password\":\"p\"}},\"credsStore\":\"x\"}")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(DockerCredentials.fromConfig(config, Repository.parse("debian")))
                .isEqualTo(new Credentials.Password("bob", "a:b"));
        assertThat(DockerCredentials.fromConfig(config, Repository.parse("r.example:5000/app")))
                .isEqualTo(new Credentials.Password("u", "p"));
        assertThat(DockerCredentials.fromConfig(config, Repository.parse("other.example/app")))
                .isEqualTo(Credentials.ANONYMOUS);
    }

    @Test
    void secretsAreNotPrinted() {
        assertThat(new Credentials.Password("bob", "hidden").toString()).doesNotContain("hidden");
        assertThat(new Credentials.IdentityToken("hidden").toString()).doesNotContain("hidden");
        assertThat(new Credentials.RegistryToken("hidden").toString()).doesNotContain("hidden");
    }

    @Test
    void challengesAreReadWhateverTheirOrderAndQuoting() {
        assertThat(
                        Challenge.parse(
                                List.of(
                                        "Negotiate, Bearer realm=\"https://a/t?x=1,2\",service=s , scope=\"a \\\"b\\\"\", Basic realm=x")))
                .containsExactly(
                        new Challenge("negotiate", Map.of()),
                        new Challenge(
                                "bearer", Map.of("realm", "https://a/t?x=1,2", "service", "s", "scope", "a \"b\"")),
                        new Challenge("basic", Map.of("realm", "x")));
        for (String odd : List.of("", "=", ",,,", "\"", "Bearer realm=\"", "Bearer =x", "a=b", "Bearer realm=\"x\\")) {
            assertThat(Challenge.parse(List.of(odd))).as(odd).isNotNull();
        }
    }

    private static String base64(String json) {
        return Base64.getUrlEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
