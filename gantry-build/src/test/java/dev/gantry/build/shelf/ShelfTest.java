package dev.gantry.build.shelf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShelfTest {
    private static final Linux LINUX = Linux.host();
    private static final Shelf.Making EMPTY =
            (place, name) -> LINUX.directories().make(place, name, 0700);

    @TempDir
    Path directory;

    private Shelf at(String time) {
        return new Shelf(LINUX, directory, Clock.fixed(Instant.parse(time), ZoneOffset.UTC));
    }

    private static Shelf.Label label(String name) {
        return new Shelf.Label("kind", "what " + name + " is");
    }

    private void use(String name, String time, int bytes) throws IOException {
        try (Shelf shelf = at(time);
                Shelf.Taken taken = shelf.take(name, label(name), EMPTY)) {
            Files.write(taken.path().resolve("file"), new byte[bytes]);
        }
    }

    private static List<String> ids(List<Shelf.Row> rows) {
        return rows.stream().map(Shelf.Row::id).sorted().toList();
    }

    @Test
    void whatWasUsedLongestAgoGoesFirst() throws IOException {
        use("old", "2020-01-01T00:00:00Z", 100_000);
        use("older", "2019-01-01T00:00:00Z", 100_000);
        use("new", "2021-01-01T00:00:00Z", 100_000);
        use("older", "2022-01-01T00:00:00Z", 100_000);
        try (Shelf shelf = at("2023-01-01T00:00:00Z")) {
            assertThat(shelf.rows()).allSatisfy(row -> {
                assertThat(row.bytes()).isBetween(100_000L, 200_000L);
                assertThat(row.label()).isEqualTo(label(row.id()));
                assertThat(row.inUse()).isFalse();
            });
            assertThat(shelf.prune(1 << 20, Instant.MAX)).as("all of it fits").isEmpty();
            assertThat(ids(shelf.prune(250_000, Instant.MAX))).containsExactly("old");
            assertThat(ids(shelf.prune(0, Instant.parse("2021-06-01T00:00:00Z"))))
                    .containsExactly("new");
            assertThat(ids(shelf.rows())).containsExactly("older");
        }
    }

    @Test
    void whatIsInUseStaysAndSaysSo() throws IOException {
        try (Shelf shelf = at("2020-01-01T00:00:00Z")) {
            Shelf.Taken first = shelf.take("a", label("a"), EMPTY);
            shelf.take("a", label("a"), EMPTY).close();
            assertThat(shelf.rows()).first().matches(Shelf.Row::inUse);
            assertThat(shelf.prune(0, Instant.MAX)).isEmpty();
            first.close();
            assertThat(shelf.wasUsed()).isTrue();
            assertThat(shelf.wasUsed()).as("since then").isFalse();
            assertThat(ids(shelf.prune(0, Instant.MAX))).containsExactly("a");
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatCouldNotBeMadeIsNotThere() {
        try (Shelf shelf = at("2020-01-01T00:00:00Z")) {
            assertThatThrownBy(() -> shelf.take("a", label("a"), (place, name) -> {
                        EMPTY.fill(place, name);
                        throw new IllegalStateException("half");
                    }))
                    .hasMessage("half");
            assertThat(shelf.rows()).isEmpty();
            shelf.take("a", label("a"), EMPTY).close();
            assertThat(ids(shelf.rows())).containsExactly("a");
        }
    }

    @Test
    void whatAKilledEngineLeftIsTakenAway() throws IOException {
        Files.createDirectories(directory.resolve("x-half/below"));
        Files.createDirectories(directory.resolve("y-gone3/below"));
        try (Shelf shelf = at("2020-01-01T00:00:00Z")) {
            assertThat(shelf.rows()).isEmpty();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void namesOfOneFileCountOnce() throws IOException {
        use("a", "2020-01-01T00:00:00Z", 1_000_000);
        Files.createLink(directory.resolve("a/other"), directory.resolve("a/file"));
        try (Shelf shelf = at("2020-01-01T00:00:00Z")) {
            assertThat(shelf.rows())
                    .first()
                    .satisfies(row -> assertThat(row.bytes()).isLessThan(1_500_000));
        }
    }
}
