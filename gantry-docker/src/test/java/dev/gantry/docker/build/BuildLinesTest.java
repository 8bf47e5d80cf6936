package dev.gantry.docker.build;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.solve.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildLinesTest {
    private static final Vertex FIRST = new Vertex(new Op.Merge(), List.of(), Note.of("[1/2] RUN one", 1));
    private static final Vertex SECOND = new Vertex(new Op.Diff(), List.of(), Note.of("[2/2] RUN two", 2));

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final BuildLines lines = new BuildLines(out, false);

    private static Event log(Vertex vertex, byte[] bytes) {
        return new Event.Log(vertex, Instant.EPOCH, 1, bytes);
    }

    @Test
    void aLetterThatComesInTwoPiecesIsOne() {
        lines.planned(List.of(FIRST, SECOND), List.of());
        byte[] letter = "\u00e4".getBytes(UTF_8);
        lines.on(log(FIRST, new byte[] {letter[0]}));
        lines.on(log(FIRST, new byte[] {letter[1]}));
        assertThat(out.toString(UTF_8)).contains("\u00e4").doesNotContain("\ufffd");
    }

    @Test
    void ofWhatNobodyIsShownYetTheEndIsKept() throws IOException {
        lines.planned(List.of(FIRST, SECOND), List.of());
        byte[] much = "x".repeat(64 << 10).getBytes(UTF_8);
        for (int i = 0; i < 64; i++) {
            lines.on(log(SECOND, much));
        }
        lines.on(log(SECOND, "the end".getBytes(UTF_8)));
        int before = out.size();
        lines.on(new Event.Done(FIRST, Instant.EPOCH));
        assertThat(out.size() - before).isBetween(1 << 20, 3 << 20);
        assertThat(out.toString(UTF_8)).contains("the end");
    }
}
