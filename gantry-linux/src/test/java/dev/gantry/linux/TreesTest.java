package dev.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
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
    void anOwnerWhoMayNotReadGivesHimselfTheRight() throws Exception {
        Path tree = Files.createDirectories(dir.resolve("tree"));
        Files.createDirectories(tree.resolve("a"));
        Files.setPosixFilePermissions(tree, PosixFilePermissions.fromString("---------"));
        var refused = new AtomicBoolean();
        Kernel kernel = (arena, sys, a, b, c, d, e, f) -> {
            boolean enters = sys == Sys.OPENAT2 && isNamed(b, "tree");
            return enters && refused.compareAndSet(false, true)
                    ? -Errno.EACCES.number()
                    : Kernel.host().call(arena, sys, a, b, c, d, e, f);
        };
        Linux.over(kernel).trees().delete(tree.toString());
        assertThat(refused).isTrue();
        assertThat(tree).doesNotExist();
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

    private static boolean isNamed(long address, String name) {
        var bytes = MemorySegment.ofAddress(address).reinterpret(name.length() + 1);
        for (int i = 0; i < name.length(); i++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, i) != name.charAt(i)) {
                return false;
            }
        }
        return bytes.get(ValueLayout.JAVA_BYTE, name.length()) == 0;
    }
}
