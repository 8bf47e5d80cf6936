package dev.gantry.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unavailable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeftoversTest {
    @Test
    void whatCannotGoKeepsNothingElseAndIsTold() {
        List<String> gone = new ArrayList<>();
        var first = new Unavailable("remove container a", "a mount is busy", "try again");
        var second = new Unavailable("remove container c", "a mount is busy", "try again");
        assertThatThrownBy(() -> Leftovers.all(List.of(
                        () -> {
                            throw first;
                        },
                        () -> gone.add("b"),
                        () -> {
                            throw second;
                        },
                        () -> gone.add("d"))))
                .isSameAs(first)
                .hasSuppressedException(second);
        assertThat(gone).containsExactly("b", "d");
    }
}
