package dev.gantry.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RootsTest {
    @Test
    void aPlaceIsToldOrInTheCache() {
        assertThat(Roots.of(Map.of("gantry.testcontainers.root", "/a"), Map.of("GANTRY_TESTCONTAINERS_ROOT", "/b")))
                .isEqualTo(new Roots(Path.of("/a")));
        assertThat(Roots.of(Map.of("user.home", "/home/m\u00e9"), Map.of()).top())
                .isEqualTo(Path.of("/home/m\u00e9/.cache/gantry/testcontainers"));
    }

    @Test
    void aPlaceThatNoAddressCanHoldIsRefused() {
        for (String bad : new String[] {"/home/my name", "/a%20b", "/a#b", "/a?b"}) {
            assertThatThrownBy(() -> new Roots(Path.of(bad))).as(bad).isInstanceOf(InvalidArgument.class);
        }
    }
}
