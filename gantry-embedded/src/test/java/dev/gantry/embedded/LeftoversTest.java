package dev.gantry.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Unavailable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeftoversTest {
    @Test
    void whatComesMeanwhileGoesToo() {
        List<String> there = new ArrayList<>(List.of("a"));
        List<String> late = new ArrayList<>(List.of("b", "c"));
        Leftovers.repeat(
                () -> {
                    there.clear();
                    if (!late.isEmpty()) {
                        there.add(late.removeFirst());
                    }
                },
                there::isEmpty);
        assertThat(there).isEmpty();
        assertThat(late).isEmpty();
    }

    @Test
    void whoNeverEndsToMakeMoreIsToldOf() {
        assertThatThrownBy(() -> Leftovers.repeat(() -> {}, () -> false))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("another thread");
    }

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
