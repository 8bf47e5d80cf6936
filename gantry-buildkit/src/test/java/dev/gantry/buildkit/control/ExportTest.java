package dev.gantry.buildkit.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import java.util.List;
import java.util.Map;
import moby.buildkit.v1.Exporter;
import org.junit.jupiter.api.Test;

class ExportTest {
    private static void check(String type, String name, String value) {
        Export.check(List.of(Exporter.newBuilder()
                .setType(type)
                .putAllAttrs(Map.of(name, value))
                .build()));
    }

    @Test
    void anImageThatIsNotToBeStoredIsRefused() {
        for (String no : List.of("false", "0", "F")) {
            assertThatThrownBy(() -> check("image", "store", no)).isInstanceOf(Unsupported.class);
            assertThatThrownBy(() -> check("oci", "tar", no)).isInstanceOf(Unsupported.class);
        }
        assertThatThrownBy(() -> check("local", "platform-split", "1")).isInstanceOf(Unsupported.class);
        assertThatCode(() -> check("image", "store", "T")).doesNotThrowAnyException();
        assertThatCode(() -> check("oci", "tar", "1")).doesNotThrowAnyException();
    }

    @Test
    void yesAndNoAreReadAsGoReadsThem() {
        for (String yes : List.of("", "1", "t", "T", "true", "TRUE", "True")) {
            assertThat(Export.pushes(exporter(yes))).isTrue();
        }
        for (String no : List.of("0", "f", "F", "false", "FALSE", "False")) {
            assertThat(Export.pushes(exporter(no))).isFalse();
        }
        assertThat(Export.pushes(Exporter.getDefaultInstance())).isFalse();
        assertThatThrownBy(() -> check("image", "push", "yes")).isInstanceOf(InvalidArgument.class);
    }

    private static Exporter exporter(String push) {
        return Exporter.newBuilder().setType("image").putAttrs("push", push).build();
    }
}
