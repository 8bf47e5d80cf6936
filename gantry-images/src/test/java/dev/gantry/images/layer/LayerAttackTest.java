package dev.gantry.images.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Kernel;
import dev.gantry.linux.Linux;
import dev.gantry.linux.Stat;
import dev.gantry.linux.Sys;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a hostile layer tries. Canaries stand beside the root and where links would lead; they are looked
/// at after each.
class LayerAttackTest {
    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    private Path root;
    private Path canary;

    @BeforeEach
    void plantCanaries() throws IOException {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root may give files to others");
        root = Files.createDirectory(dir.resolve("root"));
        canary = Files.writeString(Files.createDirectory(dir.resolve("outside")).resolve("canary"), "alive");
    }

    @AfterEach
    void theCanariesLive() throws IOException {
        if (canary != null) {
            assertThat(canary).hasContent("alive");
            try (var names = Files.list(dir)) {
                assertThat(names).containsExactlyInAnyOrder(root, canary.getParent());
            }
            try (var names = Files.list(canary.getParent())) {
                assertThat(names).containsExactly(canary);
            }
            assertThat(stat(canary).links()).as("no hard link leads out").isEqualTo(1);
        }
    }

    private void extract(byte[] tar) throws IOException {
        extract(tar, LayerLimits.DEFAULT);
    }

    private void extract(byte[] tar, LayerLimits limits) throws IOException {
        new TarLayerExtractor(linux, OverlayFlavor.USER, limits)
                .extract(Compression.decompress(new ByteArrayInputStream(tar), "evil"), root, "evil");
    }

    private void refused(byte[] tar, String... words) {
        assertThatThrownBy(() -> extract(tar))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContainingAll(words)
                .satisfies(e -> assertThat(e.getMessage().split(": ")).hasSizeGreaterThanOrEqualTo(3));
    }

    private Stat stat(Path path) {
        try (Fd parent = linux.files().openDirectory(path.getParent().toString())) {
            return linux.attributes().stat(parent, path.getFileName().toString());
        }
    }

    @Test
    void dotDotIsRefused() {
        refused(new TarMaker().file("../outside/canary", "dead").done(), "leads out of the root");
        refused(new TarMaker().file("a/../../outside/canary", "dead").done(), "leads out of the root");
        refused(new TarMaker().directory("..").done(), "leads out of the root");
        refused(new TarMaker().symlink("x/..", "y").done(), "leads out of the root");
    }

    @Test
    void anAbsolutePathStaysInside() throws IOException {
        extract(new TarMaker().file(canary.toString(), "inside").done());
        assertThat(root.resolve(canary.toString().substring(1))).hasContent("inside");
    }

    @Test
    void writingThroughAnAbsoluteLinkStaysInside() throws IOException {
        extract(new TarMaker()
                .directory("etc")
                .symlink("out", canary.getParent().toString())
                .symlink("in", "/etc")
                .file("in/passwd", "inside")
                .done());
        assertThat(root.resolve("etc/passwd")).hasContent("inside");
        refused(
                new TarMaker()
                        .symlink("out", canary.getParent().toString())
                        .file("out/canary", "dead")
                        .done(),
                "no directory");
    }

    @Test
    void writingThroughALinkOfDotsStaysInside() throws IOException {
        extract(new TarMaker()
                .directory("outside")
                .symlink("out", "../../../../../../outside")
                .file("out/canary", "inside")
                .done());
        assertThat(root.resolve("outside/canary")).hasContent("inside");
    }

    @Test
    void aHardLinkOutOfTheRootIsRefused() {
        refused(new TarMaker().hardLink("h", "../outside/canary").done(), "leads out of the root");
        refused(new TarMaker().hardLink("h", canary.toString()).done(), "which the layer does not have");
        refused(
                new TarMaker()
                        .symlink("out", canary.getParent().toString())
                        .hardLink("h", "out/canary")
                        .file("h", "dead")
                        .done(),
                "which the layer does not have");
    }

    @Test
    void aHardLinkToALinkDoesNotFollowIt() throws IOException {
        extract(new TarMaker()
                .symlink("l", canary.toString())
                .hardLink("h", "l")
                .file("h", "own file")
                .done());
        assertThat(root.resolve("h")).hasContent("own file").isRegularFile();
        assertThat(Files.isSymbolicLink(root.resolve("l"))).isTrue();
    }

    @Test
    void aHardLinkToADirectoryOrToNothingIsRefused() {
        refused(new TarMaker().directory("d").hardLink("h", "d").done(), "hard link to a directory");
        refused(new TarMaker().hardLink("h", "/").done(), "hard link to a directory");
        refused(new TarMaker().hardLink("f", "f").done(), "which the layer does not have");
        refused(new TarMaker().file("d/f", "x").hardLink("d", "d/f").done(), "would replace what it links to");
    }

    @Test
    void aHardLinkOfAFileToItselfChangesNothing() throws IOException {
        extract(new TarMaker().file("f", "x").hardLink("f", "./f").done());
        assertThat(root.resolve("f")).hasContent("x");
    }

    @Test
    void aDirectorySwappedForALinkBetweenEntriesIsNotFollowed() throws IOException {
        extract(new TarMaker()
                .directory("d")
                .file("d/a", "1")
                .symlink("d", "/elsewhere")
                .directory("elsewhere")
                .file("d/canary", "inside")
                .done());
        assertThat(root.resolve("elsewhere/canary")).hasContent("inside");
    }

    @Test
    void aFileOverALinkReplacesTheLink() throws IOException {
        extract(new TarMaker()
                .symlink("f", canary.toString())
                .file("f", "inside")
                .done());
        assertThat(root.resolve("f")).hasContent("inside").isRegularFile();
    }

    @Test
    void aDirectoryOverALinkReplacesTheLinkAndItsModeStaysInside() throws IOException {
        int before = stat(canary.getParent()).mode();
        extract(new TarMaker()
                .symlink("d", canary.getParent().toString())
                .raw('5', "d", "", new byte[0], h -> TarMaker.octal(h, 100, 8, 07777))
                .file("d/canary", "inside")
                .done());
        assertThat(root.resolve("d/canary")).hasContent("inside");
        assertThat(stat(canary.getParent()).mode()).isEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(
            value = Sys.class,
            names = {"MKDIRAT", "FCHOWNAT"})
    void aLinkThatARunningContainerPutsInPlaceOfADirectoryIsNotFollowed(Sys after) throws IOException {
        int before = stat(canary.getParent()).mode();
        Kernel racing = (arena, sys, a, b, c, d, e, f) -> {
            long rc = Kernel.host().call(arena, sys, a, b, c, d, e, f);
            if (sys == after) {
                swap(root.resolve("d"), canary.getParent());
            }
            return rc;
        };
        byte[] tar = after == Sys.MKDIRAT
                ? new TarMaker().file("d/f", "inside").done()
                : new TarMaker()
                        .raw('5', "d", "", new byte[0], h -> TarMaker.octal(h, 100, 8, 07777))
                        .done();
        assertThatThrownBy(() -> unpackInto(Linux.over(racing), tar)).isInstanceOf(InvalidArgument.class);
        assertThat(stat(canary.getParent()).mode()).isEqualTo(before);
    }

    private void unpackInto(Linux racing, byte[] tar) throws IOException {
        try (Fd inside = racing.files().openDirectory(root.toString())) {
            RootedTar.unpack(racing, new ByteArrayInputStream(tar), inside, inside, "", RootedTar.Rules.NONE);
        }
    }

    private static void swap(Path directory, Path target) {
        try {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                Files.delete(directory);
                Files.createSymbolicLink(directory, target);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDeviceOverALinkReplacesTheLink() throws IOException {
        extract(new TarMaker().symlink("f", canary.toString()).device("f", 1, 3).done());
        assertThat(stat(root.resolve("f")).nodeMinor()).isEqualTo(3);
    }

    @Test
    void aDeviceOverAFileReplacesIt() throws IOException {
        extract(new TarMaker().file("f", "x").device("f", 1, 3).fifo("f").done());
        assertThat(stat(root.resolve("f")).type()).isEqualTo(dev.gantry.linux.FileType.FIFO);
    }

    @Test
    void aTreeOverWhichALinkComesIsDeletedWithoutFollowingItsLinks() throws IOException {
        extract(new TarMaker()
                .directory("d")
                .symlink("d/out", canary.getParent().toString())
                .symlink("d/up", "../../outside")
                .symlink("d", "x")
                .done());
        assertThat(Files.isSymbolicLink(root.resolve("d"))).isTrue();
    }

    @Test
    void aWhiteoutOfDotDotIsRefused() {
        refused(new TarMaker().file(".wh...", "").done(), "hides no name");
        refused(new TarMaker().file(".wh..", "").done(), "hides no name");
        refused(new TarMaker().file("a/.wh.", "").done(), "hides no name");
        refused(new TarMaker().file(".wh.a/b", "").done(), "below a whiteout");
    }

    @Test
    void aWhiteoutThroughALinkStaysInside() throws IOException {
        extract(new TarMaker()
                .directory("in")
                .symlink("l", "/in")
                .file("l/.wh.canary", "")
                .done());
        assertThat(stat(root.resolve("in/canary")).isWhiteout()).isTrue();
    }

    @Test
    void anOpaqueMarkThroughALinkStaysInside() {
        refused(
                new TarMaker()
                        .symlink("l", canary.getParent().toString())
                        .file("l/.wh..wh..opq", "")
                        .done(),
                "no directory");
        try (Fd parent = linux.files().openDirectory(canary.getParent().toString())) {
            assertThat(linux.attributes().xattrs(parent, ".")).isEmpty();
        }
    }

    @Test
    void marksOfTheOverlayInAnArchiveAreNotBelieved() throws IOException {
        extract(new TarMaker()
                .pax(
                        "SCHILY.xattr.user.overlay.redirect=/etc",
                        "SCHILY.xattr.trusted.overlay.redirect=/etc",
                        "SCHILY.xattr.user.note=ok")
                .directory("d")
                .done());
        try (Fd parent = linux.files().openDirectory(root.toString())) {
            assertThat(linux.attributes().xattrs(parent, "d")).containsExactly("user.note");
        }
    }

    @Test
    void aPathOfAMegabyteIsRefused() {
        refused(
                new TarMaker()
                        .pax("path=" + "a/".repeat(500_000))
                        .file("f", "x")
                        .done(),
                "longer than 4095 bytes");
        refused(
                new TarMaker()
                        .pax("path=" + "a/".repeat(600_000))
                        .file("f", "x")
                        .done(),
                "an extended header has");
        refused(
                new TarMaker()
                        .pax("linkpath=" + "a/".repeat(3_000))
                        .symlink("f", "x")
                        .done(),
                "longer than 4095");
        refused(new TarMaker().pax("path=" + "a".repeat(300)).file("f", "x").done(), "longer than 255");
        byte[] name = ("b/".repeat(4000) + "\0").getBytes(UTF_8);
        refused(
                new TarMaker()
                        .raw('L', "././@LongLink", "", name, _ -> {})
                        .file("f", "x")
                        .done(),
                "longer than 4095");
    }

    @Test
    void aPathOfManyDirectoriesIsMadeAndADeeperOneRefused() throws IOException {
        extract(new TarMaker()
                .pax("path=" + "d/".repeat(1900) + "f")
                .file("f", "deep")
                .done());
        refused(
                new TarMaker()
                        .pax("path=" + "d/".repeat(2100) + "f")
                        .file("f", "x")
                        .done(),
                "longer than 4095");
        linux.trees().delete(root.resolve("d").toString());
    }

    @Test
    void negativeAndAbsurdSizesAreRefused() {
        refused(
                new TarMaker()
                        .raw('0', "f", "", new byte[0], h -> TarMaker.base256(h, 124, 12, -5))
                        .done(),
                "the size -5");
        refused(
                new TarMaker()
                        .raw('0', "f", "", new byte[0], h -> TarMaker.base256(h, 124, 12, Long.MAX_VALUE))
                        .done(),
                "the size");
        refused(new TarMaker().pax("size=-1").file("f", "").done(), "the size -1");
        refused(new TarMaker().pax("size=99999999999999999999").file("f", "").done(), "number that is none");
        refused(
                new TarMaker()
                        .raw('x', "pax", "", new byte[0], h -> TarMaker.base256(h, 124, 12, -1))
                        .done(),
                "-1 bytes");
        refused(
                new TarMaker()
                        .raw('x', "pax", "", new byte[0], h -> TarMaker.octal(h, 124, 12, 1L << 32))
                        .done(),
                "an extended header has 4294967296 bytes");
        refused(
                new TarMaker()
                        .raw('0', "f", "", new byte[0], h -> TarMaker.base256(h, 108, 8, -1))
                        .done(),
                "the user id -1");
        refused(new TarMaker().pax("gid=4294967295").file("f", "").done(), "the group id 4294967295");
        refused(new TarMaker().pax("mtime=99999999999999999").file("f", "").done(), "a time beyond");
    }

    @Test
    void hostileRecordsOfExtendedHeadersAreRefused() {
        for (String body : new String[] {
            "99999 path=x\n",
            "0 path=x\n",
            "9 path=xx",
            "abc\n",
            "5 x\n\n",
            "-7 a=b\n",
            "7 =\n",
            "18446744073709551616 a=b\n",
            "11 path"
        }) {
            refused(
                    new TarMaker()
                            .raw('x', "pax", "", body.getBytes(UTF_8), _ -> {})
                            .file("f", "x")
                            .done(),
                    "an extended header has");
        }
        refused(new TarMaker().pax("path=a\0b").file("f", "x").done(), "a NUL");
        refused(new TarMaker().pax("path=../outside/canary").file("f", "dead").done(), "leads out of the root");
        refused(
                new TarMaker()
                        .raw('g', "g", "", TarMaker.paxRecord("path=../x".getBytes(UTF_8)), _ -> {})
                        .file("f", "dead")
                        .done(),
                "leads out of the root");
    }

    @Test
    void hostileSparseMapsAreRefused() {
        String[] heads = {"GNU.sparse.realsize=10", "GNU.sparse.size=10"};
        for (String map :
                new String[] {"0,20", "5,-1", "8,3", "4,2,0,2", "-1,1", "0,1,2", "9223372036854775807,1", "0,"}) {
            for (String head : heads) {
                refused(
                        new TarMaker()
                                .pax(head, "GNU.sparse.map=" + map)
                                .raw('0', "f", "", new byte[4], _ -> {})
                                .done(),
                        ": ");
            }
        }
        for (String data :
                new String[] {"1\n", "99999999\n", "x\n", "1\n0\n999\n", "123456789012345678901234567890\n"}) {
            byte[] block = new byte[512];
            TarMaker.put(block, 0, 512, data);
            refused(
                    new TarMaker()
                            .pax("GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=10")
                            .raw('0', "f", "", block, _ -> {})
                            .done(),
                    ": ");
        }
    }

    @Test
    void aSparseFileOfManyExabytesIsRefused() {
        refused(
                new TarMaker()
                        .pax("GNU.sparse.size=" + Long.MAX_VALUE, "GNU.sparse.map=0,4")
                        .raw('0', "f", "", new byte[4], _ -> {})
                        .done(),
                "unpack evil");
    }

    @Test
    void aTruncatedArchiveIsRefused() {
        byte[] whole = new TarMaker().file("a", "x".repeat(2000)).file("b", "y").done();
        for (int cut : new int[] {1, 100, 511, 600, 2000, 2559, 2561, 3000}) {
            refused(java.util.Arrays.copyOf(whole, cut), "ends in the middle");
        }
    }

    @Test
    void oneFlippedByteOfAHeaderIsFound() {
        byte[] tar = new TarMaker().file("a", "x").done();
        tar[3] ^= 1;
        refused(tar, "checksum");
    }

    @Test
    void oneFlippedByteOfGzipIsFound() throws IOException {
        byte[] tar = new TarMaker().file("a", "x".repeat(5000)).done();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(tar);
        }
        byte[] good = out.toByteArray();
        for (int i = 10; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 1;
            assertThatThrownBy(() -> extract(bad))
                    .as("byte %d", i)
                    .isInstanceOfAny(IOException.class, InvalidArgument.class);
        }
    }

    @Test
    void aBombBeyondTheLimitIsRefusedBeforeItIsWritten() {
        var limits = new LayerLimits(1_000_000, 100);
        byte[] tar = new TarMaker()
                .raw('0', "f", "", new byte[0], h -> TarMaker.octal(h, 124, 12, 8L << 30))
                .done();
        assertThatThrownBy(() -> extract(tar, limits))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("more than 1000000 bytes");
        byte[] huge = new TarMaker()
                .pax("size=" + (Long.MAX_VALUE - 1024))
                .file("f", "")
                .done();
        assertThatThrownBy(() -> extract(huge, limits)).isInstanceOf(InvalidArgument.class);
        assertThat(root.resolve("f")).doesNotExist();
    }

    @Test
    void tooManyEntriesAreRefused() {
        TarMaker many = new TarMaker();
        for (int i = 0; i < 101; i++) {
            many.file("f" + i, "");
        }
        assertThatThrownBy(() -> extract(many.done(), new LayerLimits(1_000_000, 100)))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("more than 100 entries");
    }

    @Test
    void endlessPaddingBehindTheEndIsRefused() {
        byte[] tar =
                new TarMaker().file("f", "x").bytes(new byte[(65 << 20) + 2048]).done();
        refused(tar, "bytes follow its end");
    }

    @Test
    void theLastOfDuplicateEntriesWins() throws IOException {
        extract(new TarMaker()
                .file("f", "one")
                .file("f", "two")
                .file("./f", "three")
                .done());
        assertThat(root.resolve("f")).hasContent("three");
    }

    @Test
    void aDirectoryReplacedByALinkTakesItsFilesAlong() throws IOException {
        extract(new TarMaker()
                .directory("d")
                .file("d/f", "x")
                .directory("e")
                .symlink("d", "e")
                .done());
        assertThat(root.resolve("e")).isEmptyDirectory();
        assertThat(Files.readSymbolicLink(root.resolve("d"))).isEqualTo(Path.of("e"));
    }

    @Test
    void aPathThroughAFileOrACircleOfLinksIsRefused() {
        refused(new TarMaker().file("f", "x").file("f/g", "x").done(), "no directory");
        refused(
                new TarMaker()
                        .symlink("a", "b")
                        .symlink("b", "a")
                        .file("a/f", "x")
                        .done(),
                "links in a circle");
        refused(new TarMaker().symlink("s", "").done(), "leads nowhere");
        refused(new TarMaker().raw('0', ".", "", new byte[0], _ -> {}).done(), "something else than a directory");
        refused(new TarMaker().raw('M', "f", "", new byte[0], _ -> {}).done(), "unknown type");
    }

    @Test
    void refusedArchivesLeaveNoDescriptorAndNoThread() throws IOException {
        byte[] evil = new TarMaker()
                .directory("a/b/c")
                .file("a/b/c/f", "x")
                .symlink("a/l", "b")
                .file("a/l/c/f/g", "x")
                .done();
        refused(evil, "no directory");
        long before = descriptorsBelowRoot();
        for (int i = 0; i < 50; i++) {
            refused(evil, "no directory");
        }
        assertThat(descriptorsBelowRoot()).isEqualTo(before).isZero();
        long deadline = System.nanoTime() + 10_000_000_000L; // a thread may need a moment to end
        while (threads().anyMatch(OURS::contains) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(threads()).doesNotContainAnyElementsOf(OURS);
    }

    private static final List<String> OURS = List.of("unpack evil", "read evil");

    private static Stream<String> threads() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName);
    }

    /// Others open files too; ours lead to this test's own directory.
    private long descriptorsBelowRoot() throws IOException {
        try (var links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(link -> {
                        try {
                            return Files.readSymbolicLink(link).startsWith(root);
                        } catch (IOException _) {
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Test
    void randomDamageGivesInvalidArgumentOrASmallTreeAndNothingElse() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] good = new TarMaker()
                .directory("d")
                .pax(
                        "path=d/long-name-in-a-header",
                        "mtime=1.5",
                        "SCHILY.xattr.user.a=b",
                        "GNU.sparse.map=0,1,3,2",
                        "GNU.sparse.size=10")
                .raw('0', "f", "", new byte[3], _ -> {})
                .symlink("d/l", "/d")
                .hardLink("h", "d/l")
                .file("d/.wh.x", "")
                .raw('L', "././@LongLink", "", "n\0".getBytes(UTF_8), _ -> {})
                .file("f", "content")
                .done();
        for (int i = 0; i < 300; i++) {
            byte[] bad = good.clone();
            int flips = 1 + random.nextInt(3);
            for (int n = 0; n < flips; n++) {
                bad[random.nextInt(bad.length - 1024)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) > 0) {
                for (int at = 0; at + 512 <= bad.length - 1024; at += 512) {
                    if (good[at + 257] == 'u') {
                        byte[] header = java.util.Arrays.copyOfRange(bad, at, at + 512);
                        TarMaker.checksum(header);
                        System.arraycopy(header, 0, bad, at, 512);
                    }
                }
            }
            try {
                extract(bad, new LayerLimits(1 << 20, 100));
            } catch (InvalidArgument _) {
                // Refused in words.
            } catch (RuntimeException | IOException e) {
                throw new AssertionError("seed " + seed + " round " + i, e);
            }
            try (Fd parent = linux.files().openDirectory(dir.toString())) {
                linux.trees().delete(parent, "root");
                linux.directories().make(parent, "root", 0755);
            }
        }
    }

    @Test
    void globalHeadersCannotGrowBeyondTheirBound() throws IOException {
        // What no reader asks for is not even held: 64 MiB of it, in headers that a few KiB of gzip make.
        TarMaker unknown = new TarMaker();
        for (int i = 0; i < 64; i++) {
            unknown.raw(
                    'g',
                    "g",
                    "",
                    TarMaker.paxRecord(("key" + i + "=" + "x".repeat(1_000_000)).getBytes(UTF_8)),
                    _ -> {});
        }
        TarReader reader =
                new TarReader(new ByteArrayInputStream(unknown.file("f", "x").done()), "evil");
        assertThat(reader.next().orElseThrow().path()).isEqualTo("f");

        refused(
                new TarMaker()
                        .raw('g', "g", "", TarMaker.paxRecord(("path=" + "x".repeat(12_000)).getBytes(UTF_8)), _ -> {})
                        .raw(
                                'g',
                                "g",
                                "",
                                TarMaker.paxRecord(("linkpath=" + "x".repeat(12_000)).getBytes(UTF_8)),
                                _ -> {})
                        .file("f", "x")
                        .done(),
                "its global headers have more than");
    }

    @Test
    void manyGlobalAttributesAreNotCopiedToEveryMember() throws IOException {
        TarMaker tar = new TarMaker();
        ByteArrayOutputStream attributes = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) {
            attributes.writeBytes(TarMaker.paxRecord(("SCHILY.xattr.user.a" + i + "=v").getBytes(UTF_8)));
        }
        tar.raw('g', "g", "", attributes.toByteArray(), _ -> {}).file("f", "x");
        TarReader reader = new TarReader(new ByteArrayInputStream(tar.done()), "evil");
        assertThat(reader.next().orElseThrow().xattrs()).isEmpty();
    }

    @Test
    void extendedHeadersCountAsEntries() {
        for (char type : new char[] {'g', 'x', 'L', 'K', 'V'}) {
            TarMaker many = new TarMaker();
            for (int i = 0; i < 101; i++) {
                byte[] data =
                        type == 'g' || type == 'x' ? TarMaker.paxRecord("comment=x".getBytes(UTF_8)) : new byte[] {'n'};
                many.raw(type, "h", "", data, _ -> {});
            }
            assertThatThrownBy(() -> extract(many.done(), new LayerLimits(1_000_000, 100)))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("more than 100 entries");
        }
    }

    @Test
    void aGlobalHeaderHoldsForAllThatFollowAndIsOverruledByTheirOwn() throws IOException {
        extract(new TarMaker()
                .raw('g', "g", "", TarMaker.paxRecord("uid=77".getBytes(UTF_8)), _ -> {})
                .raw('g', "g", "", TarMaker.paxRecord("gid=88".getBytes(UTF_8)), _ -> {})
                .file("both", "x")
                .pax("uid=5")
                .file("own", "x")
                .done());
        assertThat(stat(root.resolve("both")).uid()).isEqualTo(77);
        assertThat(stat(root.resolve("both")).gid()).isEqualTo(88);
        assertThat(stat(root.resolve("own")).uid()).isEqualTo(5);
        assertThat(stat(root.resolve("own")).gid()).isEqualTo(88);
    }
}
