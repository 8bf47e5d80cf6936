package dev.gantry.buildkit.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.build.check.Finding;
import dev.gantry.build.check.Rule;
import dev.gantry.build.dockerfile.Place;
import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.solve.Event;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import moby.buildkit.v1.StatusResponse;
import moby.buildkit.v1.VertexLog;
import moby.buildkit.v1.VertexWarning;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is told of a build takes little memory, whatever the build does.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProgressTest {
    private static final Vertex ONE =
            new Vertex(new Op.LocalSource("one", List.of(), List.of(), List.of()), List.of(), Note.of("one", 1));
    private static final Vertex TWO =
            new Vertex(new Op.LocalSource("two", List.of(), List.of(), List.of()), List.of(), Note.of("two", 2));

    private final Progress progress = new Progress(Clock.systemUTC());
    private Story.Place place = Story.Place.START;

    private void log(Vertex vertex, String text) {
        progress.on(new Event.Log(vertex, Instant.EPOCH, 1, text.getBytes(StandardCharsets.UTF_8)));
    }

    /// What a reader gets who has read until now.
    private StatusResponse more() throws Exception {
        Story.Chapter chapter = progress.story().after(place);
        if (chapter.next() != null) {
            place = chapter.next();
        }
        return chapter.told();
    }

    private static List<StatusResponse> all(Story story) throws Exception {
        List<StatusResponse> all = new ArrayList<>();
        Story.Place place = Story.Place.START;
        while (place != null) {
            Story.Chapter chapter = story.after(place);
            all.add(chapter.told());
            place = chapter.next();
        }
        return all;
    }

    private String output(Vertex vertex) throws Exception {
        StringBuilder text = new StringBuilder();
        for (StatusResponse told : all(progress.story())) {
            told.getLogsList().stream()
                    .filter(l -> l.getVertex().equals(vertex.digest().toString()))
                    .map(VertexLog::getMsg)
                    .map(ByteString::toStringUtf8)
                    .forEach(text::append);
        }
        return text.toString();
    }

    @Test
    void outputInSmallPiecesTakesNoMoreThanItsBytes() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            log(ONE, "x");
            assertThat(more().getLogs(0).getMsg().size()).isEqualTo(1);
        }
        progress.end();
        assertThat(progress.story().cost()).isLessThan(110_000);
        assertThat(output(ONE)).hasSize(100_000);
    }

    @Test
    void outputOfSeveralStepsStaysApartAndInItsOrder() throws Exception {
        log(ONE, "a");
        log(TWO, "A");
        assertThat(more().getLogsCount()).isEqualTo(2);
        log(TWO, "B");
        log(ONE, "b");
        assertThat(more().getLogsList())
                .extracting(l -> l.getMsg().toStringUtf8())
                .containsExactly("B", "b");
        progress.end();
        assertThat(more()).isEqualTo(StatusResponse.getDefaultInstance());
        assertThat(output(ONE)).isEqualTo("ab");
        assertThat(output(TWO)).isEqualTo("AB");
    }

    @Test
    void aWholeBuildIsLimitedToo() throws Exception {
        for (int i = 0; i < 1_000_000; i++) {
            log(i % 2 == 0 ? ONE : TWO, "x");
        }
        progress.end();
        assertThat(progress.story().cost()).isLessThan(33 << 20);
        assertThat(output(ONE)).endsWith("x[output clipped, log limit 32MiB of the build reached]\n");
    }

    @Test
    void oneStepIsClippedWhereBuildkitClipsIt() throws Exception {
        log(ONE, "x".repeat(2 << 20));
        log(ONE, "y");
        log(ONE, "z");
        progress.end();
        assertThat(output(ONE)).endsWith("x[output clipped, log limit 2MiB reached]\n");
    }

    private List<VertexWarning> found(String dockerfile, int findings) throws Exception {
        var finding = new Finding(Rule.STAGE_NAME_CASING, "m".repeat(5000), new Place(7, 1, 7));
        progress.warn(DockerfileFrontend.warnings("vertex", new SourceText("Dockerfile", dockerfile)));
        progress.planned(List.of(), Collections.nCopies(findings, finding));
        progress.end();
        return all(progress.story()).stream()
                .flatMap(t -> t.getWarningsList().stream())
                .toList();
    }

    @Test
    void aLargeDockerfileWithManyFaultsIsToldWithoutItsText() throws Exception {
        List<VertexWarning> warnings = found("x".repeat(2 << 20), 3000);
        assertThat(warnings).hasSize(201);
        assertThat(warnings)
                .allMatch(w -> w.getInfo().getData().isEmpty() && w.getShort().size() < 2000);
        assertThat(warnings.getFirst().getInfo().getFilename()).isEqualTo("Dockerfile");
        assertThat(warnings.getFirst().getRanges(0).getStart().getLine()).isEqualTo(7);
        assertThat(warnings.getLast().getShort().toStringUtf8()).contains("--check");
    }

    @Test
    void faultsOfASmallOneShareItsText() throws Exception {
        List<VertexWarning> warnings = found("FROM scratch\n", 2);
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0).getInfo().getData().toStringUtf8()).isEqualTo("FROM scratch\n");
        assertThat(warnings.get(1).getInfo()).isSameAs(warnings.get(0).getInfo());
    }

    @Test
    void ofBuildsThatHaveEndedLittleStays() throws Exception {
        var jobs = new Jobs();
        for (int i = 0; i < 4; i++) {
            var story = new Story();
            story.output("v", 1, new byte[5 << 20], Instant.EPOCH);
            story.end();
            jobs.keep("job" + i, story);
        }
        assertThat(jobs.story("job3").cost()).isGreaterThan(5 << 20);
        assertThat(jobs.kept()).containsExactly("job3");
    }
}
