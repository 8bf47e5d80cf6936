package dev.gantry.runtime.watch;

import static dev.gantry.runtime.watch.Shim.await;
import static dev.gantry.runtime.watch.Shim.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.Linux;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Namespaces;
import dev.gantry.runtime.plan.PlanCodec;
import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a container costs besides its own processes, while nothing happens: `docs/promises.md`.
class IdleTest {
    private static final int WATCHES = 50;
    private static final long PROMISED_KB = 300;

    @TempDir
    Path temp;

    @Test
    void anIdleWatchIsSmallAlsoAfterABurst() throws IOException {
        idle(List.of(new Step.Clone(0, 0)));
    }

    @Test
    void aNetworkAndTheSocketsOfItsNameServerDoNotMakeItLarger() throws IOException {
        Assumptions.assumeTrue(
                Linux.host().processes().effectiveUid() == 0, "not root: no network namespace of its own");
        idle(List.of(
                new Step.Clone(Namespaces.NET, 0),
                new Step.Loopback(),
                new Step.Handover(Step.Handover.RESOLVER, 10_000),
                new Step.Await()));
    }

    private void idle(List<Step> beginning) throws IOException {
        try (var starter = Starter.start(Shim.path(), List.of())) {
            List<Watch> watches = new ArrayList<>();
            List<Long> pids = new ArrayList<>(List.of(starter.pid()));
            try {
                for (int i = 0; i < WATCHES; i++) {
                    Path dir = Files.createDirectory(temp.resolve("w" + i));
                    pids.add(starter.spawn(dir, Starter.For.ANY_PLAN).pid());
                    Watch watch = Watch.connect(dir);
                    watches.add(watch);
                    var log =
                            new Step.Log(Step.Log.JSON_FILE, dir.resolve("log").toString(), 1 << 20, 2, false);
                    var record = new Step.ExitRecordAt(dir.resolve("exit").toString(), "0-0");
                    List<Step> steps = new ArrayList<>(List.of(log, record));
                    steps.addAll(beginning);
                    steps.add(new Step.Exec(
                            List.of(Shim.BUSYBOX, "sh", "-c", "seq 1 20000; exec sleep 1000"), List.of(), 0));
                    watch.launch(
                            PlanCodec.encode(new LaunchPlan(steps)),
                            door -> door.network().close());
                }
                await("the burst's memory is given back", () -> proportionalKb(pids) / WATCHES < PROMISED_KB / 3);
                long each = (proportionalKb(pids) + pageTablesKb(pids)) / WATCHES;
                System.out.println("idle watch, its share of the starter and its page tables: " + each + " kB");
                assertThat(each).isLessThan(PROMISED_KB);
            } finally {
                for (Watch watch : watches) {
                    watch.signal(9);
                    within(watch.gone());
                    watch.close();
                }
            }
        }
    }

    private static long proportionalKb(List<Long> pids) {
        return pids.stream()
                .mapToLong(pid -> field(pid, "smaps_rollup", "Pss:"))
                .sum();
    }

    private static long pageTablesKb(List<Long> pids) {
        return pids.stream().mapToLong(pid -> field(pid, "status", "VmPTE:")).sum();
    }

    private static long field(long pid, String file, String name) {
        try (var lines = Files.lines(Path.of("/proc/" + pid + "/" + file))) {
            return lines.filter(line -> line.startsWith(name))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .sum();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
