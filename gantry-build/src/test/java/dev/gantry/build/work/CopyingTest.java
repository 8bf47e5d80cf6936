package dev.gantry.build.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Digest;
import dev.gantry.build.context.OpenedTree;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.SpooledTree;
import dev.gantry.build.context.TarContext;
import dev.gantry.build.graph.FileAction;
import dev.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files are given to root, so that it is root who copies.
@Tag("kernel")
class CopyingTest {
    private static final Linux LINUX = Linux.host();

    @TempDir
    Path from;

    @TempDir
    Path to;

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectories(from.resolve("a/deep"));
        Files.writeString(from.resolve("a/deep/one"), "bytes");
        Files.createLink(from.resolve("a/two"), from.resolve("a/deep/one"));
        Files.createLink(from.resolve("three"), from.resolve("a/deep/one"));
        Files.writeString(from.resolve("alone"), "bytes");
    }

    private SourceTree tree() {
        return new OpenedTree(LINUX, LINUX.files().openDirectory(from.toString()), () -> {});
    }

    private void copy(SourceTree tree) throws IOException {
        try (tree;
                var directory = LINUX.files().openDirectory(to.toString())) {
            TreeCopy.into(LINUX, tree, directory);
        }
    }

    private Object inode(String path) throws IOException {
        return Files.getAttribute(to.resolve(path), "unix:ino");
    }

    private void areOne() throws IOException {
        assertThat(inode("a/deep/one")).isEqualTo(inode("a/two")).isEqualTo(inode("three"));
        assertThat(inode("alone")).isNotEqualTo(inode("three"));
        assertThat(to.resolve("three")).hasContent("bytes");
    }

    @Test
    void filesWithSeveralNamesKeepThem() throws IOException {
        copy(tree());
        areOne();
        copy(tree());
        areOne();
    }

    @Test
    void whatComesAsAnArchiveKeepsThemToo() throws Exception {
        Process tar = new ProcessBuilder("tar", "-C", from.toString(), "-cf", "-", ".").start();
        byte[] bytes;
        try (InputStream out = tar.getInputStream()) {
            bytes = out.readAllBytes();
        }
        assertThat(tar.waitFor()).isZero();
        try (var spool = LINUX.files().openDirectory(to.toString())) {
            copy(TarContext.read(new ByteArrayInputStream(bytes), "it", SpooledTree.in(LINUX, spool, true)));
        }
        areOne();
    }

    @Test
    void whoHasWhichNameCountsForTheKey() throws IOException {
        Digest linked = digest();
        Files.delete(from.resolve("three"));
        Files.writeString(from.resolve("three"), "bytes");
        Files.setLastModifiedTime(from.resolve("three"), Files.getLastModifiedTime(from.resolve("a/two")));
        assertThat(digest()).isNotEqualTo(linked);
    }

    /// Of these alone: the time of the directory above changes with each name in it.
    private Digest digest() {
        try (SourceTree tree = tree()) {
            return new Picks(tree, new FileAction.Copy(0, "/[at]*", "/", wild())).digest();
        }
    }

    private static FileAction.How wild() {
        FileAction.How c = FileAction.How.CONTENTS;
        return new FileAction.How(
                c.owner(),
                c.mode(),
                true,
                c.mayMatchNothing(),
                c.contents(),
                c.follow(),
                c.parents(),
                c.linked(),
                c.unpack(),
                c.include(),
                c.exclude(),
                c.time());
    }
}
