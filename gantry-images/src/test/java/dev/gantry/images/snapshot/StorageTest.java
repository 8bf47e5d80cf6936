package dev.gantry.images.snapshot;

import static dev.gantry.images.snapshot.StorageDriver.COPY;
import static dev.gantry.images.snapshot.StorageDriver.OVERLAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Kernel;
import dev.gantry.linux.Linux;
import dev.gantry.linux.Sys;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StorageTest {
    private static final Optional<StorageDriver> ANY = Optional.empty();

    @TempDir
    Path dir;

    private static Linux whereOverlaysFailWith(Errno errno) {
        return Linux.over((arena, sys, a, b, c, d, e, f) ->
                sys == Sys.FSMOUNT ? -errno.number() : Kernel.host().call(arena, sys, a, b, c, d, e, f));
    }

    private Storage.Choice choose(Optional<StorageDriver> asked, Optional<StorageDriver> known, String refusal) {
        return Storage.choose(asked, known, () -> Optional.of(refusal).filter(r -> !r.isEmpty()));
    }

    @Test
    void anOverlayIsUsedWhereItCanBeMounted() {
        assertThat(choose(ANY, ANY, "")).isEqualTo(new Storage.Choice(OVERLAY, ""));
        assertThat(choose(Optional.of(OVERLAY), Optional.of(COPY), "")).isEqualTo(new Storage.Choice(OVERLAY, ""));
        assertThat(choose(ANY, Optional.of(OVERLAY), "")).isEqualTo(new Storage.Choice(OVERLAY, ""));
    }

    @Test
    void copiesAreUsedWhereItCannotOrWhereTheyAreAskedForOrThere() {
        assertThat(choose(ANY, ANY, "EPERM")).isEqualTo(new Storage.Choice(COPY, "EPERM"));
        assertThat(choose(Optional.of(COPY), Optional.of(OVERLAY), "")).isEqualTo(new Storage.Choice(COPY, ""));
        assertThat(choose(ANY, Optional.of(COPY), "")).isEqualTo(new Storage.Choice(COPY, ""));
    }

    @Test
    void containersThatAreOverlaysAreNotLeftBehind() {
        assertThatThrownBy(() -> choose(ANY, Optional.of(OVERLAY), "an overlay cannot be mounted: EPERM"))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("EPERM")
                .hasMessageContaining("storage-driver vfs");
        assertThatThrownBy(() -> choose(Optional.of(OVERLAY), ANY, "EPERM")).isInstanceOf(Unsupported.class);
    }

    @Test
    void theKernelIsAskedByMounting() {
        Assumptions.assumeTrue(Linux.host().processes().effectiveUid() == 0, "only root mounts an overlay");
        try (var overlays = Storage.open(Linux.host(), dir, ANY).snapshots()) {
            assertThat(overlays).isInstanceOf(OverlaySnapshotter.class);
        }
        Storage copies = Storage.open(whereOverlaysFailWith(Errno.EPERM), dir, ANY);
        try (var snapshots = copies.snapshots()) {
            assertThat(copies.driver()).isEqualTo(COPY);
            assertThat(copies.why()).contains("fsmount").contains("operation not permitted");
            assertThat(dir.resolve("trial")).doesNotExist();
            snapshots.prepare(new ContainerId("3".repeat(64)), List.of());
        }
        Storage kept = Storage.open(Linux.host(), dir, ANY);
        try (var snapshots = kept.snapshots()) {
            assertThat(kept.driver())
                    .as("the containers that are there are copies")
                    .isEqualTo(COPY);
        }
    }

    @Test
    void anErrorThatMayPassDecidesNothing() {
        assertThatThrownBy(() -> Storage.open(whereOverlaysFailWith(Errno.EMFILE), dir, ANY))
                .isInstanceOf(Unavailable.class);
        assertThat(dir.resolve("copy")).doesNotExist();
    }
}
