package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The stock client over every command that needs one engine: each prints what it prints with a dockerd, or the walk
/// says why not,
/// and so does `docs/compatibility.md`.
@Timeout(900)
class ClientWalkTest {
    private static final Path WALK = Path.of("src/test/resources/dev/gantry/it/client-walk.txt");
    private static final List<String> APPLETS = List.of(
            "touch", "grep", "df", "mkdir", "ln", "rm", "ping", "nslookup", "hostname", "yes", "sort", "cut", "test");
    private static final Path TABLE = Path.of("../docs/compatibility.md");

    @TempDir
    static Path dir;

    @Test
    @Tag("kernel")
    void everyCommandPrintsWhatItPrintsWithDocker() throws IOException {
        String version =
                new Docker("unix:///nonexistent").run("--version").out().strip();
        assumeTrue(
                version.startsWith("Docker version 28."),
                "the walk has the words of the client's version 28, here is: " + version);
        List<ClientWalk.Step> steps = ClientWalk.read(WALK);
        String recorded = System.getProperty("gantry.walk.record", "");
        if (!recorded.isEmpty()) {
            record(steps, recorded);
            return;
        }
        List<ClientWalk.Outcome> ours;
        try (StockDaemon stock = StockDaemon.start(dir)) {
            stock.out("rmi", "busybox:it");
            image(stock.docker());
            ours = ClientWalk.run(
                    steps,
                    stock.daemon().host(),
                    dir.resolve("walk"),
                    stock.daemon().inside());
        }
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            ClientWalk.Step step = steps.get(i);
            boolean same = ClientWalk.same(step.outcome(), ours.get(i));
            if (same != step.difference().isEmpty()) {
                wrong.add("$ " + step.command()
                        + (same
                                ? "\n  is the same now: remove its ~"
                                : "\n  docker " + step.outcome() + "\n  gantry " + ours.get(i)));
            }
        }
        assertThat(wrong)
                .as("steps that differ without a word, or have one without differing")
                .isEmpty();
    }

    @Test
    void whatDiffersStandsInTheTable() throws IOException {
        String table = Files.readString(TABLE);
        List<String> missing = ClientWalk.read(WALK).stream()
                .filter(step -> !step.difference().isEmpty())
                .map(step -> "| `" + step.command().replace("|", "\\|") + "` | " + step.difference() + " |")
                .filter(row -> !table.contains(row))
                .toList();
        assertThat(missing).as("rows that docs/compatibility.md lacks").isEmpty();
    }

    /// `walk`, the same for whoever walks.
    private static void image(Docker docker) throws IOException {
        Path rootfs = Rootfs.busybox(Files.createDirectory(dir.resolve("walked")));
        for (String applet : APPLETS) {
            Path link = rootfs.resolve("bin").resolve(applet);
            if (!Files.isSymbolicLink(link)) {
                Files.createSymbolicLink(link, Path.of("busybox"));
            }
        }
        String file = Rootfs.tarball(rootfs, dir.resolve("walked.tar")).toString();
        Docker.Result made = docker.run(
                "import", "-c", "CMD [\"/bin/sh\"]", "-c", "ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin", file, "walk");
        assertThat(made.code()).as(made.err()).isZero();
    }

    /// What a dockerd prints is written into the walk.
    private static void record(List<ClientWalk.Step> steps, String host) throws IOException {
        image(new Docker(host));
        List<ClientWalk.Outcome> theirs = ClientWalk.run(steps, host, dir.resolve("walk"), List.of());
        List<ClientWalk.Step> now = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            now.add(steps.get(i).with(theirs.get(i)));
        }
        ClientWalk.write(WALK, now);
    }
}
