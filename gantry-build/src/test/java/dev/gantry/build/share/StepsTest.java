package dev.gantry.build.share;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.build.solve.Result;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.MediaTypes;
import dev.gantry.images.image.Layers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StepsTest {
    private static final Layers.Layer BASE = layer("base");
    private static final Layers.Layer ABOVE = layer("above");
    private static final Result.Root ONE = new Result.Root(List.of(BASE), Instant.EPOCH);
    private static final Result.Root TWO = new Result.Root(List.of(BASE, ABOVE), Instant.ofEpochSecond(7));
    private static final Digest FIRST = Digest.sha256Of("first");
    private static final Digest SECOND = Digest.sha256Of("second");
    private static final Digest THIRD = Digest.sha256Of("third");

    private static Layers.Layer layer(String name) {
        return new Layers.Layer(
                Descriptor.of(MediaTypes.OCI_LAYER, Digest.sha256Of(name), 10), Digest.sha256Of(name + " plain"));
    }

    @Test
    void whatIsWrittenIsRead() {
        Map<Digest, List<Result.Root>> known =
                Map.of(FIRST, List.of(ONE), SECOND, List.of(TWO, Result.Root.EMPTY), THIRD, List.of());
        var steps = new Steps(known);
        assertThat(Steps.read(steps.document(), "it").known()).isEqualTo(known);
        assertThat(steps.layers()).containsExactlyInAnyOrder(BASE.blob(), ABOVE.blob());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "end",
                "gantry build cache 1\n",
                "gantry build cache 2\nend\n",
                "gantry build cache 1\nstep sha256:1\nend\n",
                "gantry build cache 1\nroot 1980-01-01T00:00:00Z\nend\n",
                "gantry build cache 1\nstep\nend\n",
                "gantry build cache 1\nsomething else\nend\n",
            })
    void whatIsNoneIsRefused(String text) {
        assertThatThrownBy(() -> Steps.read(text.getBytes(UTF_8), "it")).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void anImageSaysWhatItsOwnStepsHaveMade() {
        Map<String, Object> fields = Inline.fields(Map.of(FIRST, List.of(ONE), SECOND, List.of(TWO)));
        assertThat(Inline.read(fields, List.of(BASE, ABOVE)))
                .isEqualTo(Map.of(FIRST, List.of(ONE), SECOND, List.of(TWO)));
        // One that has lost a layer since.
        assertThat(Inline.read(fields, List.of(BASE))).isEqualTo(Map.of(FIRST, List.of(ONE)));
        assertThat(Inline.read(Map.of(), List.of(BASE))).isEmpty();
    }
}
