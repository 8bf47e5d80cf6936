package dev.gantry.build.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Parallel;
import dev.gantry.build.graph.Mount;
import dev.gantry.build.graph.Mount.Sharing;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.linux.Linux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CacheMountsTest {
    private static final CacheMounts.Filling EMPTY = (_, _, _) -> {};

    @TempDir
    Path directory;

    private Shelf shelf() {
        return new Shelf(Linux.host(), directory, Clock.systemUTC());
    }

    private static Mount.Cache mount(String id, Sharing sharing) {
        return new Mount.Cache("/" + id, id, sharing, OptionalInt.empty(), "", false, 0755, 0, 0);
    }

    @Test
    void aStepMountsOneDirectoryTwice() throws Exception {
        Mount.Cache locked = mount("a", Sharing.LOCKED);
        try (var shelf = shelf();
                CacheMounts.Taken taken = new CacheMounts(Linux.host(), shelf).take(List.of(locked, locked), EMPTY)) {
            assertThat(taken.paths()).containsOnlyKeys("a");
        }
    }

    @Test
    void stepsThatLockInDifferentOrderDoNotWaitForEachOther() {
        Mount.Cache a = mount("a", Sharing.LOCKED);
        Mount.Cache b = mount("b", Sharing.LOCKED);
        try (var shelf = shelf()) {
            var caches = new CacheMounts(Linux.host(), shelf);
            Parallel.map(List.of(List.of(a, b), List.of(b, a)), 2, mounts -> {
                for (int i = 0; i < 200; i++) {
                    try (CacheMounts.Taken taken = caches.take(mounts, EMPTY)) {
                        Thread.yield();
                        assertThat(taken.paths()).hasSize(2);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
                return "";
            });
        }
    }

    @Test
    void whatIsInUseIsNotPruned() throws Exception {
        try (var shelf = shelf()) {
            var caches = new CacheMounts(Linux.host(), shelf);
            for (Sharing sharing : Sharing.values()) {
                Path path;
                try (CacheMounts.Taken first = caches.take(List.of(mount("a", sharing)), EMPTY)) {
                    path = first.paths().values().iterator().next();
                    if (sharing == Sharing.SHARED) {
                        caches.take(List.of(mount("a", sharing)), EMPTY).close();
                    }
                    assertThat(shelf.prune(0, Instant.MAX)).as("%s", sharing).isEmpty();
                    assertThat(path).isDirectory();
                }
                assertThat(shelf.prune(0, Instant.MAX)).as("%s", sharing).hasSize(1);
                assertThat(path).doesNotExist();
            }
            Files.createDirectory(directory.resolve("x-half"));
            assertThat(shelf.prune(0, Instant.MAX)).as("what is being made").isEmpty();
        }
    }
}
