package dev.gantry.runtime.plan;

import static dev.gantry.runtime.plan.BusyboxRoot.mount;
import static dev.gantry.runtime.plan.BusyboxRoot.shell;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.runtime.plan.ShimLaunch.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Images that try to lead a mount out of their root. The directory `outside` stands for the host.
final class LaunchAttackKernelTest {
    private static final int EEXIST = 17;
    private static final int ENODEV = 19;
    private static final int ELOOP = 40;

    @TempDir
    Path directory;

    private BusyboxRoot root;
    private ShimLaunch launch;
    private Path outside;

    @BeforeEach
    void makeRoot() throws IOException {
        root = new BusyboxRoot(directory);
        launch = new ShimLaunch(directory);
        outside = Files.createDirectories(directory.resolve("outside"));
        Files.writeString(outside.resolve("file"), "host");
    }

    @AfterEach
    void theHostIsUntouched() throws IOException {
        assertThat(outside).isDirectoryContaining(path -> path.endsWith("file"));
        try (var entries = Files.list(outside)) {
            assertThat(entries).hasSize(1);
        }
        assertThat(outside.resolve("file")).hasContent("host");
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(directory.toString());
        // JUnit would warn of each link that leads out.
        try (var files = Files.walk(root.lower)) {
            for (Path link : files.filter(Files::isSymbolicLink).toList()) {
                Files.delete(link);
            }
        }
    }

    @Test
    void aProcThatIsALinkIsRefused() throws IOException {
        replace("proc", outside);
        var steps = root.running("true");
        assertThat(launch.run(steps).failure()).isEqualTo(stepAt(steps, "/proc") + ": " + ELOOP);

        replace("proc", Path.of("/etc"));
        assertThat(launch.run(steps).failure()).isEqualTo(stepAt(steps, "/proc") + ": " + ELOOP);
    }

    @Test
    void aSysThatIsALinkIsRefused() throws IOException {
        replace("sys", Path.of("../../../../../../../etc"));
        var steps = root.running("true");
        assertThat(launch.run(steps).failure()).isEqualTo(stepAt(steps, "/sys") + ": " + ELOOP);
    }

    @Test
    void anAbsoluteLinkMeansAPlaceInTheRoot() throws IOException {
        replace("dev", outside); // outside, as the container names it, is missing: it is made in the root
        Outcome outcome = launch.run(root.running("ls " + outside));

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.lines()).contains("null", "pts");
        assertThat(root.hasUpper(outside.toString().substring(1))).isTrue();
    }

    @Test
    void dotsDoNotClimbOutOfTheRoot() throws IOException {
        String climb = "/../../../../../../../.." + outside;
        var steps = new ArrayList<Step>(List.of(new Step.OpenTree(0, outside.toString(), 0)));
        steps.addAll(root.steps());
        steps.add(new Step.Mkdir(climb + "/made", 0755));
        steps.add(new Step.Bind(0, climb + "/bound", 1, Step.Bind.MAKE_TARGET, 0));
        steps.add(mount("tmpfs", climb + "/mounted", 0));
        steps.add(new Step.Symlink(climb + "/link", "x"));
        steps.add(new Step.Device(climb + "/device", 0020666, 1, 3, 0, 0, 0));
        steps.add(shell("ls " + outside));

        Outcome outcome = launch.run(steps);

        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.lines()).containsExactly("bound", "device", "link", "made", "mounted");
    }

    @Test
    void stepsBeforeThePivotStayInsideToo() throws IOException {
        Files.createSymbolicLink(root.lower.resolve("way"), outside);
        Files.createSymbolicLink(root.lower.resolve("up"), Path.of("../../../../.." + outside));
        Files.createSymbolicLink(root.lower.resolve("magic"), Path.of("/proc/self/root"));
        var steps = root.steps();
        int pivot = steps.indexOf(new Step.Pivot());
        steps.addAll(
                pivot,
                List.of(
                        new Step.Mkdir("/way/a", 0755),
                        new Step.Symlink("/up/b", "x"),
                        new Step.Device("/way/c", 0020666, 1, 3, 0, 0, 0),
                        mount("tmpfs", "/up/d", 0)));
        steps.add(shell("ls " + outside));
        Outcome outcome = launch.run(steps);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.lines()).containsExactly("a", "b", "c", "d");

        var magic = root.steps();
        magic.add(pivot, new Step.Mkdir("/magic" + outside + "/made", 0755));
        magic.add(shell("true"));
        assertThat(launch.run(magic).failure()).isEqualTo(pivot + ": " + ELOOP);
    }

    @Test
    void loopsOfLinksEnd() throws IOException {
        Files.createSymbolicLink(root.lower.resolve("a"), Path.of("b/x"));
        Files.createSymbolicLink(root.lower.resolve("b"), Path.of("a/y"));
        Files.createSymbolicLink(root.lower.resolve("c"), Path.of("c"));
        for (String path : List.of("/a/z", "/c/z", "/c")) {
            var steps = root.steps();
            steps.add(new Step.Mkdir(path, 0755));
            steps.add(shell("true"));
            assertThat(launch.run(steps).failure()).isEqualTo(steps.size() - 2 + ": " + ELOOP);
        }
    }

    @Test
    void aDanglingLinkOfTheImageIsMadeGoodInside() throws IOException {
        Files.createDirectories(root.lower.resolve("var"));
        Files.createSymbolicLink(root.lower.resolve("var/run"), Path.of("/run/deep"));
        Files.createSymbolicLink(root.lower.resolve("var/rel"), Path.of("../other/deep"));
        var steps = root.steps();
        steps.add(mount("tmpfs", "/var/run/box", 0));
        steps.add(mount("tmpfs", "/var/rel", 0));
        steps.add(shell("cat /proc/self/mountinfo"));

        Outcome outcome = launch.run(steps);

        assertThat(outcome.out()).contains(" /run/deep/box ").contains(" /other/deep ");
    }

    @Test
    void aMaskIsNeverMadeOfAFileThatTheImageCallsNull() throws IOException {
        Files.writeString(root.lower.resolve("dev/null"), "not null");
        List<Step> steps = root.steps();
        steps.removeIf(
                step -> step instanceof Step.Mount m && m.target().startsWith("/dev") || step instanceof Step.Device);
        steps.add(new Step.Mask("/proc/timer_list"));
        steps.add(shell("cat /proc/timer_list"));
        assertThat(launch.run(steps).failure()).isEqualTo(steps.size() - 2 + ": " + ENODEV);

        replace("dev/null", Path.of("/etc/passwd"));
        assertThat(launch.run(steps).failure()).startsWith(steps.size() - 2 + ": ");
    }

    @Test
    void aFileInThePlaceOfADeviceIsNotTakenForIt() throws IOException {
        Files.writeString(root.lower.resolve("dev/zero"), "not zero");
        List<Step> steps = root.steps();
        steps.removeIf(step -> step instanceof Step.Mount m && m.target().startsWith("/dev"));
        steps.add(shell("true"));
        Outcome outcome = launch.run(steps);

        assertThat(outcome.failure()).endsWith(": " + EEXIST);
        assertThat(outcome.err()).contains("/dev/zero");
    }

    private void replace(String name, Path target) throws IOException {
        Path path = root.lower.resolve(name);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(path);
        }
        Files.createSymbolicLink(path, target);
    }

    private static int stepAt(List<Step> steps, String target) {
        for (int i = 0; i < steps.size(); i++) {
            if (steps.get(i) instanceof Step.Mount m && m.target().equals(target)) {
                return i;
            }
        }
        throw new AssertionError("no mount at " + target);
    }
}
