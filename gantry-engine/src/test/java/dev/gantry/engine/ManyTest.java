package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Parallel;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.WaitCondition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many at once, and nothing afterwards.
class ManyTest {
    @TempDir
    Path dir;

    @Test
    void thirtyContainersAtOnceLeaveNothing() {
        try (var engine = TestEngine.start(dir)) {
            // What the first run makes once and keeps is not a leak.
            engine.containers().remove(engine.ran(engine.spec("true")).id(), false);
            TestEngine.await("the first watch has left", () -> descriptors("socket") >= 0);
            Map<String, Long> before = state();
            List<Exit> exits = Parallel.map(IntStream.range(0, 30).boxed().toList(), 30, i -> {
                var c = engine.create(engine.sh("echo " + i + "; exit " + i));
                var end = engine.containers().expect(c.id(), WaitCondition.NEXT_EXIT);
                engine.containers().start(c.id());
                Exit exit = end.within(TestEngine.SOON).orElseThrow();
                assertThat(engine.log(c.id())).isEqualTo(i + "\n");
                engine.containers().remove(c.id(), false);
                return exit;
            });
            assertThat(exits.stream().map(Exit::code))
                    .containsExactlyElementsOf(IntStream.range(0, 30).boxed().toList());
            assertThat(engine.containers().list()).isEmpty();
            TestEngine.await("the host is as before: " + before, () -> !grown(before));
        }
    }

    private boolean grown(Map<String, Long> before) {
        Map<String, Long> now = state();
        return before.entrySet().stream().anyMatch(e -> now.getOrDefault(e.getKey(), 0L) > e.getValue());
    }

    private Map<String, Long> state() {
        Map<String, Long> all = new TreeMap<>();
        all.put("mounts", mounts());
        all.put("sockets", descriptors("socket"));
        all.put("pipes", descriptors("pipe"));
        all.put("files", descriptors(dir.toString()));
        all.put("children", ProcessHandle.current().descendants().count());
        all.put("entries", entries());
        return all;
    }

    /// Those of this engine: others are at work beside it.
    private long mounts() {
        try (Stream<String> all = Files.lines(Path.of("/proc/self/mountinfo"))) {
            return all.filter(line -> line.contains(dir.toString())).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long descriptors(String kind) {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(fd -> {
                        try {
                            return Files.readSymbolicLink(fd).toString().startsWith(kind);
                        } catch (IOException e) {
                            return false; // closed in between
                        }
                    })
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// All files and directories of the engine, but for the database's own.
    private long entries() {
        try (Stream<Path> all = Files.walk(dir)) {
            return all.filter(p -> !p.getFileName().toString().startsWith("gantry.db"))
                    .count();
        } catch (IOException | UncheckedIOException e) {
            return Long.MAX_VALUE; // something went while it was counted
        }
    }
}
