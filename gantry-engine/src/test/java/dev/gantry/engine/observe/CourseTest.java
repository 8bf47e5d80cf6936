package dev.gantry.engine.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CourseTest {
    @TempDir
    Path dir;

    private static void start(Measures measures, boolean well) {
        try (Course course = measures.begin(Action.START, "c1")) {
            course.enters(Phase.VOLUMES);
            course.enters(Phase.LAUNCH);
            if (well) {
                course.succeeded();
            }
        }
    }

    @Test
    void whatSucceedsIsCountedWithItsPhasesAndWhatFailsByItself() {
        var measures = new Measures(Tracer.NONE);
        start(measures, true);
        start(measures, true);
        start(measures, false);
        assertThat(measures.of(Action.START).counts().count()).isEqualTo(2);
        assertThat(measures.of(Action.CREATE).counts().count()).isZero();
        assertThat(measures.of(Phase.LAUNCH).counts().count()).isEqualTo(3);
        assertThat(measures.of(Phase.PLAN).counts().count()).isZero();
        assertThat(measures.failedActions()).isEqualTo(1);
    }

    @Test
    void aTimerSaysHowManyTookAtMostEachOfItsBounds() {
        var timer = new Timer();
        timer.add(1_000_000);
        timer.add(1_000_001);
        timer.add(60_000_000_000L);
        Timer.Counts counts = timer.counts();
        assertThat(counts.upTo()).startsWith(1L, 2L).endsWith(2L).hasSameSizeAs(Timer.BOUNDS);
        assertThat(counts.count()).isEqualTo(3);
        assertThat(counts.seconds()).isBetween(60.0, 60.1);
    }

    @Test
    void aPhaseMakesNothingWhileNobodyRecords() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var measures = new Measures(Tracer.NONE);
        try (Course course = measures.begin(Action.START, "c1")) {
            course.enters(Phase.VOLUMES); // what is made once is made
            course.enters(Phase.LAUNCH);
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                course.enters(Phase.VOLUMES);
                course.enters(Phase.LAUNCH);
            }
            // Less than a byte a phase: whatever else this thread was made to do.
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(20_000);
        }
    }

    @Test
    void theFlightRecorderHasEachPhase() throws IOException {
        var measures = new Measures(Tracer.NONE);
        start(measures, true); // the classes of the events are there before anybody records
        Path file = dir.resolve("a.jfr");
        try (var recording = new Recording()) {
            recording.enable("dev.gantry.ContainerAction").withoutThreshold();
            recording.enable("dev.gantry.StartPhase").withoutThreshold();
            recording.start();
            start(measures, false);
            recording.stop();
            recording.dump(file);
        }
        List<String> seen = new ArrayList<>();
        for (RecordedEvent e : RecordingFile.readAllEvents(file)) {
            seen.add(
                    e.getEventType().getName().endsWith("StartPhase")
                            ? e.getString("phase") + " " + e.getString("container")
                            : e.getString("action") + " " + e.getBoolean("succeeded"));
        }
        assertThat(seen).containsExactlyInAnyOrder("volumes c1", "launch c1", "start false");
    }

    private record Kept(List<Span> spans) implements Tracer {
        @Override
        public boolean follows() {
            return true;
        }

        @Override
        public void ended(Span span) {
            spans.add(span);
        }
    }

    @Test
    void aTraceHasThePhasesBelowTheActionAndTheActionBelowItsRequest() {
        var tracer = new Kept(new ArrayList<>());
        Trace request = Trace.begin().below();
        ScopedValue.where(Trace.CURRENT, request).run(() -> start(new Measures(tracer), true));
        assertThat(tracer.spans())
                .extracting(Span::name)
                .containsExactly("start container: volumes", "start container: launch", "start container");
        Span whole = tracer.spans().getLast();
        assertThat(whole.parent()).isEqualTo(request);
        assertThat(tracer.spans().getFirst().parent()).isEqualTo(whole.at());
        assertThat(tracer.spans()).allMatch(s -> s.at().trace().equals(request.trace()));
    }

    @Test
    void whoeverDoesNotWantToSeeItsTraceSendsNone() {
        var tracer = new Kept(new ArrayList<>());
        Trace unwanted = Trace.parse("00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-00")
                .orElseThrow();
        ScopedValue.where(Trace.CURRENT, unwanted.below()).run(() -> start(new Measures(tracer), true));
        assertThat(tracer.spans()).isEmpty();
    }

    @Test
    void whatIsNoTraceparentIsNone() {
        String trace = "a".repeat(32);
        String span = "b".repeat(16);
        assertThat(Trace.parse("00-" + trace + "-" + span + "-01")).contains(new Trace(trace, span, true));
        assertThat(Trace.parse("01-" + trace + "-" + span + "-01-more")).isPresent();
        for (String wrong : List.of(
                "",
                "00-" + trace + "-" + span,
                "00-" + trace + "-" + span + "-01-more",
                "ff-" + trace + "-" + span + "-01",
                "00-" + "0".repeat(32) + "-" + span + "-01",
                "00-" + trace + "-" + "0".repeat(16) + "-01",
                "00-" + trace.toUpperCase(java.util.Locale.ROOT) + "-" + span + "-01")) {
            assertThat(Trace.parse(wrong)).as(wrong).isEmpty();
        }
    }
}
