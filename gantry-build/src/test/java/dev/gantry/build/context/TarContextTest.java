package dev.gantry.build.context;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarWriter;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarContextTest {
    @TempDir
    Path dir;

    private SpooledTree read(TarEntry... entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var tar = new TarWriter(bytes);
        for (TarEntry entry : entries) {
            byte[] content = "x".repeat((int) entry.size()).getBytes(UTF_8);
            tar.write(entry, new ByteArrayInputStream(content));
        }
        tar.finish();
        try (Fd spool = Linux.host().files().openDirectory(dir.toString())) {
            return TarContext.read(
                    new ByteArrayInputStream(bytes.toByteArray()),
                    "the context",
                    SpooledTree.in(Linux.host(), spool, true));
        }
    }

    private static TarEntry entry(TarEntry.Type type, String path, String link, long size) {
        return new TarEntry(type, path, link, 0644, 1000, 1000, size, Instant.EPOCH, 1, 3, Map.of(), false, List.of());
    }

    @Test
    void filesAreReadBackAndBelongToRoot() throws IOException {
        try (SpooledTree tree =
                read(entry(TarEntry.Type.FILE, "./a/b", "", 3), entry(TarEntry.Type.HARD_LINK, "c", "a/b", 0))) {
            assertThat(tree.names("")).containsExactly("a", "c");
            assertThat(tree.read("c", 10)).isEqualTo("xxx".getBytes(UTF_8));
            assertThat(tree.find("a/b").orElseThrow().uid()).isZero();
            assertThat(tree.digest("a/b")).isEqualTo(tree.digest("c")).hasSize(64);
        }
    }

    @Test
    void theirBytesHaveNoNameOnTheDisk() throws IOException {
        try (SpooledTree _ = read(entry(TarEntry.Type.FILE, "a", "", 3));
                var left = Files.list(dir)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aPathOutOfTheRootIsRefused() {
        assertThatThrownBy(() -> read(entry(TarEntry.Type.FILE, "a/../../etc/passwd", "", 1)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("leads out");
    }

    @Test
    void aDeviceIsRefused() {
        assertThatThrownBy(() -> read(entry(TarEntry.Type.CHARACTER_DEVICE, "null", "", 0)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("device");
    }

    @Test
    void aHugeNameIsRefused() {
        assertThatThrownBy(() -> read(entry(TarEntry.Type.FILE, "n".repeat(300), "", 1)))
                .isInstanceOf(InvalidArgument.class);
    }

    @Test
    void aLinkOutOfTheRootLeadsToAPlaceInside() throws IOException {
        try (SpooledTree tree = read(
                entry(TarEntry.Type.SYMLINK, "out", "../../../../in", 0),
                entry(TarEntry.Type.SYMLINK, "absolute", "/in/file", 0),
                entry(TarEntry.Type.FILE, "in/file", "", 1))) {
            var finding = new Finding(tree);
            assertThat(finding.real("out/file", true)).contains("in/file");
            assertThat(finding.real("absolute", true)).contains("in/file");
            assertThat(finding.real("absolute", false)).contains("absolute");
            assertThat(tree.find("out").orElseThrow().type()).isEqualTo(FileType.SYMLINK);
        }
    }

    @Test
    void linksInACircleAreRefused() throws IOException {
        try (SpooledTree tree =
                read(entry(TarEntry.Type.SYMLINK, "a", "b", 0), entry(TarEntry.Type.SYMLINK, "b", "a", 0))) {
            assertThatThrownBy(() -> new Finding(tree).real("a", true)).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void patternsMeanWhatGoSays() throws IOException {
        try (SpooledTree tree = read(
                entry(TarEntry.Type.FILE, "a1.txt", "", 1),
                entry(TarEntry.Type.FILE, "b2.txt", "", 1),
                entry(TarEntry.Type.FILE, "d/a3.txt", "", 1))) {
            var finding = new Finding(tree);
            assertThat(finding.matching("*.txt")).containsExactly("a1.txt", "b2.txt");
            assertThat(finding.matching("[ab]?.txt")).containsExactly("a1.txt", "b2.txt");
            assertThat(finding.matching("[^a]*.txt")).containsExactly("b2.txt");
            assertThat(finding.matching("**/a*")).containsExactly("a1.txt", "d/a3.txt");
        }
    }

    @Test
    void aPathThatIsTooDeepIsRefused() {
        assertThatThrownBy(() -> read(entry(TarEntry.Type.FILE, "a/".repeat(600) + "b", "", 1)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("directories deep");
    }

    @Test
    void directoriesThatNobodyNamedCountToo() {
        TarEntry[] entries = IntStream.range(0, 600)
                .mapToObj(i -> entry(TarEntry.Type.FILE, i + "/a".repeat(500), "", 0))
                .toArray(TarEntry[]::new);
        assertThatThrownBy(() -> read(entries))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("directories included");
    }

    @Test
    void whatIsReplacedIsGivenBack() {
        var budget = new Budget(1, 8);
        budget.take("12345678", SpooledTree.directory());
        assertThatThrownBy(() -> budget.take("", SpooledTree.directory())).isInstanceOf(Budget.Exceeded.class);
        budget.giveBack("12345678", SpooledTree.directory());
        assertThatThrownBy(() -> budget.take("123456789", SpooledTree.directory()))
                .isInstanceOf(Budget.Exceeded.class);
        budget.take("1", SpooledTree.directory());
    }
}
