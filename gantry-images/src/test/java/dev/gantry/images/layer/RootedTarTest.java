package dev.gantry.images.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.IdMap;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootedTarTest {
    private static final int LONG = 1 << 20;

    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    private interface Look {
        void at(long read) throws IOException;
    }

    /// Tells how far it was read.
    private static InputStream watched(byte[] tar, Look look) {
        return new FilterInputStream(new ByteArrayInputStream(tar)) {
            private long done;

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                look.at(done);
                int n = super.read(into, from, Math.min(length, 4096));
                done += Math.max(n, 0);
                return n;
            }
        };
    }

    private void unpack(InputStream tar, String from, String to) throws IOException {
        int uid = (int) Files.getAttribute(dir, "unix:uid");
        int gid = (int) Files.getAttribute(dir, "unix:gid");
        var rules = new RootedTar.Rules(
                true, new RootedTar.Rules.Owner(uid, gid), IdMap.SAME, new RootedTar.Renaming(from, to));
        try (Fd into = linux.files().openDirectory(dir.toString())) {
            RootedTar.unpack(linux, tar, into, into, "", rules);
        }
    }

    private static byte[] file(String name) {
        return new TarMaker().file(name, "n".repeat(LONG)).done();
    }

    @Test
    void whatIsReplacedIsThereUntilTheNewIsWhole() throws IOException {
        Path file = Files.writeString(dir.resolve("f"), "old");
        long[] looks = {0};
        unpack(
                watched(file("f"), read -> {
                    if (read < LONG) {
                        looks[0]++;
                        assertThat(file).hasContent("old");
                    }
                }),
                "",
                "");
        assertThat(looks[0]).isGreaterThan(10);
        assertThat(file).hasSize(LONG);
        assertThat(dir).isDirectoryContaining(file::equals).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aCopyThatBreaksOffLeavesWhatWasThere() throws IOException {
        Path file = Files.writeString(dir.resolve("f"), "old");
        byte[] whole = file("f");
        assertThatThrownBy(() -> unpack(new ByteArrayInputStream(whole, 0, LONG / 2), "", ""))
                .isInstanceOf(Exception.class);
        assertThat(file).hasContent("old");
        try (var all = Files.list(dir)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void aLinkIsReplacedAndNotFollowed() throws IOException {
        Path other = Files.writeString(dir.resolve("other"), "other");
        Files.createSymbolicLink(dir.resolve("f"), other);
        unpack(new ByteArrayInputStream(file("f")), "", "");
        assertThat(dir.resolve("f")).isRegularFile().hasSize(LONG);
        assertThat(other).hasContent("other");
    }

    @Test
    void oneThingGetsAnotherName() throws IOException {
        byte[] tar = new TarMaker()
                .directory("a")
                .file("a/f", "x")
                .hardLink("a/g", "a/f")
                .file("ab", "y")
                .done();
        unpack(new ByteArrayInputStream(tar), "a", "b");
        assertThat(dir.resolve("b/f")).hasContent("x");
        assertThat(Files.isSameFile(dir.resolve("b/f"), dir.resolve("b/g"))).isTrue();
        assertThat(dir.resolve("ab")).hasContent("y");
        assertThat(dir.resolve("a")).doesNotExist();
        unpack(new ByteArrayInputStream(tar), "", "all");
        assertThat(dir.resolve("all/a/f")).hasContent("x");
        assertThatThrownBy(() -> unpack(
                        new ByteArrayInputStream(
                                new TarMaker().file("a/../../f", "").done()),
                        "a",
                        "b"))
                .hasMessageContaining("leads out of the root");
    }
}
