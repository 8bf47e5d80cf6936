package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.BusyboxRoot;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The terminal of a container with a root of its own.
final class ConsoleKernelTest {
    private static final int ENODEV = 19;
    private static final int ELOOP = 40;

    @TempDir
    Path temp;

    private BusyboxRoot root;
    private Watched watched;

    @BeforeEach
    void start() throws IOException {
        root = new BusyboxRoot(temp);
        watched = Watched.in(temp);
    }

    @AfterEach
    void end() throws Exception {
        if (watched != null) {
            watched.close();
        }
    }

    @Test
    void theConsoleIsTheTerminalAndBelongsToTheUser() {
        var steps = steps();
        steps.add(BusyboxRoot.identity(1000, 1000, 0));
        steps.add(BusyboxRoot.shell("readlink /proc/self/fd/0; stat -c '%u %t %T' /dev/console /dev/pts/0;"
                + " echo said >/dev/console; echo own >/dev/tty; grep -c ' /dev/console ' /proc/self/mountinfo"));

        assertThat(outputOf(steps).lines()).containsExactly("/dev/pts/0", "1000 88 0", "1000 88 0", "said", "own", "1");
    }

    @Test
    void aConsoleThatIsALinkIsRefused() throws IOException {
        Path victim = Files.writeString(temp.resolve("victim"), "host");
        Files.createSymbolicLink(root.lower.resolve("dev/console"), victim);
        var steps = steps();
        steps.removeIf(step -> step instanceof Step.Mount m && m.target().equals("/dev"));
        steps.add(BusyboxRoot.shell("true"));

        assertThat(failureOf(steps)).isEqualTo(stepOf(steps, new Step.Console()) + ": " + ELOOP);
        assertThat(victim).hasContent("host");
    }

    @Test
    void aFileIsNotTakenForTheTerminalMultiplexer() throws IOException {
        Files.writeString(root.lower.resolve("dev/ptmx"), "mine");
        var steps = steps();
        steps.removeIf(step -> step instanceof Step.Mount m && m.target().startsWith("/dev"));
        steps.add(BusyboxRoot.shell("true"));

        assertThat(failureOf(steps)).isEqualTo(stepOf(steps, new Step.Console()) + ": " + ENODEV);
    }

    @Test
    void aTerminalWithoutAConsoleStepIsOpenedInsideToo() {
        var steps = steps();
        steps.remove(new Step.Console());
        steps.add(BusyboxRoot.shell("readlink /proc/self/fd/0; ls /dev/console; stat -c %u /dev/pts/0"));

        assertThat(outputOf(steps))
                .startsWith("/dev/pts/0\r\n")
                .contains("No such file")
                .endsWith("0\r\n");
    }

    @Test
    void aSecondProcessGetsATerminalOfTheContainerItJoins() throws Exception {
        var container = root.steps();
        container.add(BusyboxRoot.shell("echo ready; sleep 1000"));
        var ready = watched.collect(AttachOptions.output());
        var started = watched.start(watched.connect(), PlanCodec.encode(new LaunchPlan(container)));
        Shim.await("the container runs", () -> ready.out().contains("ready"));
        List<Step> steps = List.of(
                new Step.Tty(31, 91),
                new Step.Join(started.pid(), started.startTime(), BusyboxRoot.ALL_NAMESPACES),
                new Step.Clone(0, 0),
                BusyboxRoot.identity(1000, 1000, 0),
                new Step.Chdir("/", 0),
                BusyboxRoot.shell("tty; stty size; stat -c %u /dev/pts/0; echo own >/dev/tty"));
        try (Watched second = Watched.in(Files.createDirectory(temp.resolve("second")))) {
            Watch watch = second.connect();
            var collected = second.collect(AttachOptions.output());
            second.start(watch, PlanCodec.encode(new LaunchPlan(steps)));
            second.end(watch);
            within(collected.end);
            assertThat(collected.out().lines()).containsExactly("/dev/pts/0", "31 91", "1000", "own");
        }
    }

    private ArrayList<Step> steps() {
        var steps = new ArrayList<Step>(List.of(new Step.Tty(24, 80)));
        steps.addAll(root.steps());
        steps.add(steps.indexOf(new Step.Pivot()), new Step.Console());
        return steps;
    }

    private String outputOf(List<Step> steps) {
        Watch watch = watched.connect();
        var collected = watched.collect(AttachOptions.output());
        watched.start(watch, PlanCodec.encode(new LaunchPlan(steps)));
        watched.end(watch);
        within(collected.end);
        return collected.out();
    }

    private String failureOf(List<Step> steps) {
        LaunchOutcome outcome = watched.connect().launch(PlanCodec.encode(new LaunchPlan(steps)));
        assertThat(outcome).isInstanceOf(LaunchOutcome.Failed.class);
        var failed = (LaunchOutcome.Failed) outcome;
        return failed.step() + ": " + failed.errno();
    }

    private static int stepOf(List<Step> steps, Step step) {
        return steps.indexOf(step);
    }
}
