package dev.gantry.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import org.junit.jupiter.api.Test;

class QueryTest {
    @Test
    void aSemicolonSeparatesNothing() {
        assertThatThrownBy(() -> Query.parse("force=1;name=x"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("`force=1;name=x` has a semicolon");
        assertThat(Query.parse("name=a%3Bb&force=1").text("name")).isEqualTo("a;b");
    }
}
