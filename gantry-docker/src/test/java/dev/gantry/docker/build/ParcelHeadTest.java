package dev.gantry.docker.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.docker.route.DockerError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ParcelHeadTest {
    private static ParcelHead read(String text) throws IOException {
        return ParcelHead.read(new ByteArrayInputStream(text.getBytes(UTF_8)));
    }

    @Test
    void directoriesHaveNamesOfTheirOwn() throws IOException {
        assertThat(read("{\"directories\":[\"\",\"a\"]}").directories()).containsExactly("", "a");
        assertThatThrownBy(() -> read("{\"directories\":[\"a\",\"a\"]}"))
                .isInstanceOf(DockerError.class)
                .hasMessageContaining("the same name");
    }
}
