package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrashTest {
    private final Linux linux = Linux.host();
    private Fd parent = Fd.CWD;

    @TempDir
    Path dir;

    @BeforeEach
    void open() throws IOException {
        Files.createDirectory(dir.resolve("trash"));
        parent = linux.files().openDirectory(dir.toString());
    }

    @AfterEach
    void close() {
        parent.close();
    }

    private Path tree(String name) throws IOException {
        Path top = Files.createDirectories(dir.resolve(name));
        for (int i = 0; i < 2000; i++) {
            Files.createFile(top.resolve("f" + i));
        }
        return top;
    }

    @Test
    void whatIsThrownAwayIsGoneAtOnceAndDeletedByTheClose() throws IOException {
        Path tree = tree("tree");
        try (var trash = new Trash(linux, parent, "trash")) {
            trash.take(parent, "tree");
            assertThat(tree).doesNotExist();
            tree("tree"); // its name is free for another
            trash.take(parent, "tree");
        }
        assertThat(dir.resolve("trash")).isEmptyDirectory();
        assertThat(tree).doesNotExist();
    }

    @Test
    void whatACrashLeftIsDeletedByTheNextOne() throws IOException {
        tree("trash/gone-1");
        new Trash(linux, parent, "trash").close();
        assertThat(dir.resolve("trash")).isEmptyDirectory();
    }

    @Test
    void whatIsAbsentIsNoError() {
        try (var trash = new Trash(linux, parent, "trash")) {
            trash.take(parent, "nothing");
        }
        assertThat(dir.resolve("trash")).isEmptyDirectory();
    }

    /// What an earlier process threw away while the clock was ahead, and could not delete yet.
    @Test
    void aNameThatIsTakenSinceTheClockWasSetBackIsSteppedOver() throws IOException {
        long before = System.currentTimeMillis();
        try (var trash = new Trash(linux, parent, "trash")) {
            long last = System.currentTimeMillis() + 10;
            for (long n = before; n < last; n++) {
                Files.createDirectories(dir.resolve("trash/gone-" + n + "/full"));
            }
            Path tree = tree("tree");
            trash.take(parent, "tree");
            assertThat(tree).doesNotExist();
        }
    }

    @Test
    void whatIsOnAnotherFilesystemIsDeletedWhereItIs() throws IOException {
        Path elsewhere = Path.of("/dev/shm");
        Assumptions.assumeTrue(
                Files.isWritable(elsewhere) && !Files.getFileStore(elsewhere).equals(Files.getFileStore(dir)),
                "there is no second filesystem that one may write to");
        Path other = Files.createTempDirectory(elsewhere, "gantry-trash");
        Files.createDirectories(other.resolve("tree/a/b"));
        try (var trash = new Trash(linux, parent, "trash");
                Fd there = linux.files().openDirectory(other.toString())) {
            trash.take(there, "tree");
            assertThat(other).isEmptyDirectory();
        } finally {
            linux.trees().delete(other.toString());
        }
    }
}
