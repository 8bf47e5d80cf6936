package dev.gantry.docker.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.docker.ApiResponse;
import org.junit.jupiter.api.Test;

class RoutesTest {
    private final Routes routes = new Routes()
            .add("GET", "/containers/json", _ -> ApiResponse.text(200, "list"))
            .add("GET", "/containers/{id}/json", call -> ApiResponse.text(200, call.subject()))
            .add("DELETE", "/images/{name...}", call -> ApiResponse.text(200, call.subject()))
            .add("GET", "/images/{name...}/json", call -> ApiResponse.text(200, call.subject()));

    @Test
    void aNameOfAnImageMayHoldSlashes() {
        assertThat(routes.find("GET", "/images/localhost:5000/a/b:c/json").subject())
                .isEqualTo("localhost:5000/a/b:c");
        assertThat(routes.find("DELETE", "/images/a/b").subject()).isEqualTo("a/b");
    }

    @Test
    void aNameOfAContainerMayNot() {
        assertThat(routes.find("GET", "/containers/web/json").subject()).isEqualTo("web");
        assertThatThrownBy(() -> routes.find("GET", "/containers/a/b/json")).hasMessage("page not found");
    }

    @Test
    void aFixedPathGoesBeforeAPattern() {
        assertThat(routes.find("GET", "/containers/json").subject()).isEmpty();
    }

    @Test
    void anotherMethodAnEmptyNameAndAnUnknownPathAreNotFound() {
        for (String[] wrong : new String[][] {
            {"PUT", "/containers/json"},
            {"GET", "/containers//json"},
            {"GET", "/"},
            {"GET", ""},
            {"GET", "/images/json"}
        }) {
            assertThatThrownBy(() -> routes.find(wrong[0], wrong[1]))
                    .isInstanceOfSatisfying(
                            DockerError.class, e -> assertThat(e.status()).isEqualTo(404));
        }
    }
}
