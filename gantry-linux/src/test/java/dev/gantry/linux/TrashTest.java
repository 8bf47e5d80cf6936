package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
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
}
