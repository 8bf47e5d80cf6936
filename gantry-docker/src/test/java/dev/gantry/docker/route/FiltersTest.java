package dev.gantry.docker.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.docker.Query;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FiltersTest {
    private static Filters read(String json) {
        Query query = Query.parse("filters=" + URLEncoder.encode(json, StandardCharsets.UTF_8));
        return Filters.of(query, Set.of("label", "name", "dangling"));
    }

    @Test
    void bothFormsAreRead() {
        assertThat(read("{\"name\":[\"a\",\"b\"]}").all("name")).containsExactly("a", "b");
        assertThat(read("{\"name\":{\"a\":true,\"b\":false}}").all("name")).containsExactly("a");
        assertThat(read("{}").has("name")).isFalse();
    }

    @Test
    void allLabelsMustFit() {
        Filters f = read("{\"label\":[\"a\",\"b=c\"]}");
        assertThat(f.labels("label", Map.of("a", "", "b", "c"))).isTrue();
        assertThat(f.labels("label", Map.of("a", "", "b", "d"))).isFalse();
        assertThat(f.labels("label", Map.of("b", "c"))).isFalse();
    }

    @Test
    void unknownKeysAndNonsenseAreRefused() {
        assertThatThrownBy(() -> read("{\"foo\":[\"a\"]}")).hasMessage("invalid filter 'foo'");
        for (String bad : new String[] {"x", "[]", "\"a\"", "{\"name\":3}", "{\"name\"", "{", "null"}) {
            assertThatThrownBy(() -> read(bad)).as(bad).isInstanceOf(DockerError.class);
        }
        assertThatThrownBy(() -> read("{\"dangling\":[\"maybe\"]}").flag("dangling", true))
                .isInstanceOf(DockerError.class);
    }
}
