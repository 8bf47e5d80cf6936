package dev.gantry.build.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EndingsTest {
    @Test
    void allAreDoneWhateverFails() {
        List<String> done = new ArrayList<>();
        var endings = new Endings();
        endings.push(() -> done.add("first"));
        endings.push(() -> {
            throw new IllegalStateException("second");
        });
        endings.push(() -> {
            throw new IllegalStateException("third");
        });
        assertThatThrownBy(endings::close)
                .hasMessage("third")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(done).containsExactly("first");
    }
}
