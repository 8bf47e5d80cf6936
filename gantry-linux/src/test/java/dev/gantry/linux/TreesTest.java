package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreesTest {
    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    @Test
    void aTreeIsDeletedAndItsLinksAreNotFollowed() throws Exception {
        Path canary = Files.writeString(
                Files.createDirectories(dir.resolve("outside")).resolve("canary"), "alive");
        Path tree = Files.createDirectories(dir.resolve("tree/a/b"));
        for (int i = 0; i < 3000; i++) {
            Files.createFile(tree.resolve("a-file-with-a-long-name-" + i));
        }
        Files.createSymbolicLink(tree.resolve("out"), canary.getParent());
        Files.createSymbolicLink(dir.resolve("tree/out"), Path.of("/"));
        linux.trees().delete(dir.resolve("tree").toString());
        assertThat(dir.resolve("tree")).doesNotExist();
        assertThat(canary).hasContent("alive");
    }

    @Test
    void aLinkToATreeIsDeletedAndTheTreeIsNot() throws Exception {
        Files.createDirectories(dir.resolve("tree/a"));
        Files.createSymbolicLink(dir.resolve("link"), dir.resolve("tree"));
        linux.trees().delete(dir.resolve("link").toString());
        assertThat(dir.resolve("tree/a")).isDirectory();
        assertThat(dir.resolve("link")).doesNotExist();
    }

    @Test
    void whatIsAbsentIsDeletedAlready() {
        linux.trees().delete(dir.resolve("absent").toString());
        linux.trees().delete(dir.resolve("absent/deeper").toString());
    }

    @Test
    void aTreeDeeperThanAnyPathIsDeletedWithFewDescriptors() {
        try (Fd root = linux.files().openDirectory(dir.toString())) {
            linux.directories().make(root, "deep", 0700);
            Fd here = linux.files().open(root, "deep", OpenFlags.PATH | OpenFlags.DIRECTORY, 0, Resolve.PLAIN);
            for (int i = 0; i < 5000; i++) {
                linux.directories().make(here, "d", 0700);
                Fd next = linux.files().open(here, "d", OpenFlags.PATH | OpenFlags.DIRECTORY, 0, Resolve.PLAIN);
                here.close();
                here = next;
            }
            here.close();
            linux.trees().delete(root, "deep");
            assertThat(linux.attributes().find(root, "deep")).isEmpty();
        }
    }
}
