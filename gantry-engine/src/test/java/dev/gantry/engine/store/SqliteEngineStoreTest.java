package dev.gantry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Digest;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.container.Exit;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteEngineStoreTest extends EngineStoreContract {
    /// Outlives the single test: the library that was loaded from it stays in use.
    @TempDir
    static Path libraries;

    @TempDir
    Path dir;

    @Override
    EngineStore make(Clock clock) {
        return SqliteEngineStore.open(dir.resolve("gantry.db"), libraries, clock);
    }

    @Test
    void everythingIsThereWhenItIsOpenedAgain() {
        var exit = new Exit(137, true, NOW, "out of memory");
        var a = withState(row("a"), new ContainerState.Running(41, 99, NOW), ran(exit));
        var b = withState(row("b"), new ContainerState.Restarting(exit, NOW.plusSeconds(1)), ran(exit));
        var c = withState(row("c"), new ContainerState.Exited(exit), ran(exit));
        var d = withState(row("d"), new ContainerState.Dead("its files are gone"), ran(exit));
        var e = row("e");
        for (var r : List.of(a, b, c, d, e)) {
            store.containers().insert(r, event("create", r), Durability.PROCESS).await();
        }
        store.images().put("x:1", Digest.sha256("3".repeat(64)));
        var events = store.events().after(0, 100);
        store.close();
        open();
        assertThat(store.containers().load()).containsExactlyInAnyOrder(a, b, c, d, e);
        assertThat(store.events().after(0, 100)).isEqualTo(events);
        assertThat(store.images().find("x:1")).contains(Digest.sha256("3".repeat(64)));
        assertThat(store.events()
                        .publish(dev.gantry.engine.event.Event.Kind.IMAGE, "tag", "x", java.util.Map.of())
                        .sequence())
                .isEqualTo(6);
    }

    @Test
    void anUpdateReplacesTheStateAndTheName() {
        var row = row("a");
        store.containers().insert(row, event("create", row), Durability.POWER).await();
        var exit = new Exit(3, false, NOW, "");
        var changed = withState(row, new ContainerState.Exited(exit), ran(exit));
        store.containers().update(changed, List.of(), Durability.PROCESS).await();
        store.close();
        open();
        assertThat(store.containers().load()).containsExactly(changed);
    }

    @Test
    void aNewerFormatIsRefusedInWords() throws Exception {
        Path file = dir.resolve("newer.db");
        try (var c = DriverManager.getConnection("jdbc:sqlite:" + file);
                var s = c.createStatement()) {
            s.execute("PRAGMA user_version=99");
        }
        assertThatThrownBy(() -> SqliteEngineStore.open(file, libraries, Clock.systemUTC()))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("its format is 99");
    }

    @Test
    void theLibraryIsUnpackedOnceAndNotIntoTheTemporaryDirectory() {
        assertThat(System.getProperty("org.sqlite.lib.path")).isNotNull();
        assertThat(Path.of(System.getProperty("java.io.tmpdir")).toFile().list((_, n) -> n.startsWith("sqlite-3.54")))
                .isNullOrEmpty();
    }
}
