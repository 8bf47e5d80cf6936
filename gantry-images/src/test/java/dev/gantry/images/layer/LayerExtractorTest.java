package dev.gantry.images.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.images.snapshot.OverlayFlavor;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.Stat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The extractor against GNU tar and commons-compress, and against OCI image-spec 1.1 §layer.
class LayerExtractorTest {
    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    private Path root;

    @BeforeEach
    void makeRoot() throws IOException {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root may give files to others");
        root = Files.createDirectory(dir.resolve("root"));
    }

    private long extract(InputStream tar) throws IOException {
        return new TarLayerExtractor(linux, OverlayFlavor.TRUSTED, LayerLimits.DEFAULT)
                .extract(Compression.decompress(tar, "t"), root, "t");
    }

    /// As where no overlay can be mounted.
    private void extractWithFiles(TarMaker tar) throws IOException {
        new TarLayerExtractor(linux, OverlayFlavor.FILES, LayerLimits.DEFAULT)
                .extract(Compression.decompress(new ByteArrayInputStream(tar.done()), "t"), root, "t");
    }

    @Test
    void aDirectoryMayHaveTheLongestNameThatThereIs() throws IOException {
        String name = "n".repeat(255);
        extractWithFiles(new TarMaker()
                .pax("path=" + name + "/")
                .directory("x")
                .pax("path=" + name + "/file")
                .file("x", "in it"));
        assertThat(root.resolve(name).resolve("file")).hasContent("in it");
    }

    @Test
    void aMarkThatIsLongerThanANameIsRefusedAsTheArchives() {
        var tar = new TarMaker().pax("path=.wh." + "n".repeat(255)).file("x", "");
        assertThatThrownBy(() -> extractWithFiles(tar)).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void aWayThroughAFileThatHidesAnotherIsRefusedAsTheArchives() {
        var tar = new TarMaker().file(".wh.a", "").file("a", "x").file("a/b", "x");
        assertThatThrownBy(() -> extractWithFiles(tar))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("no directory");
    }

    private long extract(byte[] tar) throws IOException {
        return extract(new ByteArrayInputStream(tar));
    }

    private Stat stat(String path) {
        try (Fd parent = linux.files().openDirectory(root.toString())) {
            return linux.attributes().stat(parent, path);
        }
    }

    private String run(String... command) throws Exception {
        return run(dir, command);
    }

    private static String run(Path where, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    /// A tree with everything a layer may hold, made by the tools of the host.
    private Path everything() throws Exception {
        Path tree = Files.createDirectory(dir.resolve("tree"));
        run(tree, "sh", "-euc", """
                mkdir -p bin etc dev usr/lib/a/b var/mail 'with space' empty
                echo hello > etc/hello; : > etc/empty
                printf 'x%.0s' $(seq 1 300) > etc/odd
                head -c 3000000 /dev/urandom > bin/big
                truncate -s 5M etc/sparse; printf data | dd of=etc/sparse bs=1 seek=3000000 conv=notrunc 2>/dev/null
                truncate -s 2M etc/hole
                ln -s usr/lib lib; ln -s /etc/hello abs; ln -s dangling/x bad
                ln etc/hello etc/hard; ln abs abs2
                mkfifo dev/fifo; mknod dev/null c 1 3; mknod dev/sda b 259 70000
                long=$(printf 'n%.0s' $(seq 1 180))
                mkdir -p "$long/$long"; echo deep > "$long/$long/file"; ln -s "$long/$long/file" longlink
                ln "$long/$long/file" etc/longhard
                printf 'naïve' > 'etc/naïve'; : > "$(printf 'etc/raw\\377byte')"
                chown 1000:1000 etc/hello; chown 4000000000:3000000 etc/odd; chown -h 7:8 abs
                chmod 4755 bin/big; chmod 2775 var/mail; chmod 1777 empty; chmod 0 etc/empty
                chown 0:8 var/mail; chmod 2775 var/mail
                touch -d '1969-12-31 23:00:00 UTC' etc/odd; touch -d '2001-02-03 04:05:06 UTC' etc/hello etc empty
                touch -h -d '1999-01-01 UTC' bad; touch -d '2100-01-01 UTC' usr; touch -d '2010-01-01 UTC' dev/null dev/fifo .
                """);
        try (Fd fd = linux.files().openDirectory(tree.resolve("bin").toString())) {
            byte[] capability = {1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            }; // cap_net_raw=ep, version 2
            linux.attributes().setXattr(fd, "big", "security.capability", capability);
            linux.attributes().setXattr(fd, "big", "user.note", "a=b\nc".getBytes(UTF_8));
            linux.attributes().setXattr(fd, ".", "user.dir", new byte[0]);
        }
        run("touch", "-d", "2015-05-05 UTC", "tree/bin", "tree/bin/big");
        return tree;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--format=pax",
                "--format=pax --sparse --sparse-version=0.0",
                "--format=pax --sparse --sparse-version=0.1",
                "--format=pax --sparse --sparse-version=1.0",
                "--format=gnu",
                "--format=gnu --sparse"
            })
    void whatGnuTarPacksComesOutAsItWas(String options) throws Exception {
        Path tree = everything();
        boolean pax = options.contains("pax");
        run("sh", "-c", "tar -C tree " + options + (pax ? " --xattrs --xattrs-include='*'" : "") + " -cf t.tar .");
        try (InputStream tar = Files.newInputStream(dir.resolve("t.tar"))) {
            assertThat(extract(tar)).isGreaterThan(10_000_000);
        }
        Map<String, String> expected = Listing.of(tree);
        if (!pax) {
            expected.replaceAll((_, line) -> line.replaceAll(" (security|user)\\.[a-z]+=[0-9a-f]*", ""));
        }
        assertThat(Listing.of(root)).containsExactlyEntriesOf(expected);
        if (options.contains("sparse")) {
            assertThat(stat("etc/sparse").blocks512()).isLessThan(1000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd", "cat"})
    void aCompressedRealRootComesOutAsGnuTarUnpacksIt(String compressor) throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/bin/" + compressor)), compressor + " is not installed");
        Files.createDirectory(dir.resolve("gnu"));
        run(
                "sh",
                "-c",
                "tar -C / -c --exclude=lost+found etc/alternatives usr/share/doc/bash bin/busybox 2>/dev/null | "
                        + compressor + " > t.tar.x");
        run("sh", "-c", ("cat".equals(compressor) ? "cat" : compressor + " -dc") + " < t.tar.x | tar -C gnu -xp");
        try (InputStream tar = Files.newInputStream(dir.resolve("t.tar.x"))) {
            extract(tar);
        }
        Map<String, String> expected = Listing.of(dir.resolve("gnu"));
        Map<String, String> actual = Listing.of(root);
        // The time of the root itself is not in the archive, nor are those of directories GNU tar had to make.
        for (String implied : new String[] {"", "etc", "usr", "usr/share", "usr/share/doc", "bin"}) {
            expected.remove(implied);
            actual.remove(implied);
        }
        assertThat(actual).containsExactlyEntriesOf(expected).hasSizeGreaterThan(20);
    }

    @Test
    void everyHeaderIsReadAsCommonsCompressReadsIt() throws Exception {
        everything();
        for (String format : new String[] {"pax", "gnu", "ustar"}) {
            String exclude = format.equals("ustar")
                    ? " --exclude=etc/odd --exclude='nnn*' --exclude=longlink --exclude=etc/longhard"
                    : "";
            run("sh", "-c", "tar -C tree --format=" + format + exclude + " -cf t.tar .");
            try (var theirs = new TarArchiveInputStream(Files.newInputStream(dir.resolve("t.tar")));
                    InputStream in = Files.newInputStream(dir.resolve("t.tar"))) {
                TarReader ours = new TarReader(in, "t");
                int count = 0;
                for (TarArchiveEntry e = theirs.getNextEntry(); e != null; e = theirs.getNextEntry()) {
                    TarEntry mine = ours.next().orElseThrow();
                    if (!e.getName().contains("raw")) {
                        assertThat(mine.path()).isEqualTo(e.getName());
                        assertThat(mine.link()).isEqualTo(e.getLinkName());
                    }
                    assertThat(mine.mode()).as(e.getName()).isEqualTo(e.getMode() & 07777);
                    // Theirs has 32 bits with a sign.
                    assertThat((int) mine.uid()).as(e.getName()).isEqualTo((int) e.getLongUserId());
                    assertThat(mine.size()).as(e.getName()).isEqualTo(e.isDirectory() ? 0 : e.getSize());
                    assertThat(mine.modified())
                            .as(e.getName())
                            .isEqualTo(e.getLastModifiedTime().toInstant());
                    assertThat(mine.minor()).as(e.getName()).isEqualTo(e.getDevMinor());
                    count++;
                }
                assertThat(ours.next()).isEmpty();
                assertThat(count).isGreaterThan(25);
            }
        }
    }

    @Test
    void whiteoutsAndOpaqueDirectoriesBecomeWhatTheOverlayKnows() throws IOException {
        extract(new TarMaker()
                .directory("d")
                .file("d/.wh.gone", "")
                .file("d/.wh..wh..opq", "")
                .file("e/.wh.a", "")
                .file(".wh..wh.plnk/1.2", "")
                .done());
        assertThat(stat("d/gone").isWhiteout()).isTrue();
        assertThat(stat("e/a").isWhiteout()).isTrue();
        assertThat(opaque("d")).isTrue();
        assertThat(opaque("e")).isFalse();
        assertThat(root.resolve(".wh..wh.plnk")).doesNotExist();
        assertThat(root.resolve("d/.wh.gone")).doesNotExist();
    }

    private boolean opaque(String path) {
        try (Fd parent = linux.files().openDirectory(root.resolve(path).toString())) {
            return linux.attributes()
                    .xattr(parent, ".", "trusted.overlay.opaque")
                    .map(v -> new String(v, UTF_8).equals("y"))
                    .orElse(false);
        }
    }

    @Test
    void aWhiteoutHidesLowerLayersOnlyAndNotItsOwn() throws IOException {
        extract(new TarMaker()
                .file("a", "stays")
                .file(".wh.a", "")
                .file(".wh.b", "")
                .file("b", "stays")
                .directory("c")
                .file(".wh.c", "")
                .file(".wh.d", "")
                .directory("d")
                .file(".wh.e", "")
                .file("e/f", "x")
                .done());
        assertThat(root.resolve("a")).hasContent("stays");
        assertThat(root.resolve("b")).hasContent("stays");
        assertThat(opaque("c")).isTrue();
        assertThat(opaque("d")).isTrue();
        assertThat(opaque("e")).isTrue();
        assertThat(root.resolve("e/f")).hasContent("x");
    }

    @Test
    void theRootTakesWhatTheArchiveSaysAboutIt() throws IOException {
        extract(new TarMaker()
                .raw('5', "./", "", new byte[0], h -> {
                    TarMaker.octal(h, 100, 8, 0701);
                    TarMaker.octal(h, 108, 8, 33);
                })
                .file("f", "x")
                .done());
        assertThat(stat(".").mode()).isEqualTo(0701);
        assertThat(stat(".").uid()).isEqualTo(33);
        assertThat(stat(".").modified()).isEqualTo(Instant.ofEpochSecond(1_000_000_000));
    }

    @Test
    void sizesAndTimesBeyondTheOldFormatAreRead() throws IOException {
        extract(new TarMaker()
                .pax("mtime=-1.25", "uid=3000000000")
                .file("a", "x")
                .raw('0', "b", "", "yy".getBytes(UTF_8), h -> {
                    TarMaker.base256(h, 124, 12, 2);
                    TarMaker.base256(h, 136, 12, -1000);
                    TarMaker.base256(h, 108, 8, 4_000_000_000L);
                })
                .done());
        assertThat(stat("a").modified()).isEqualTo(Instant.ofEpochSecond(-2, 750_000_000));
        assertThat(Integer.toUnsignedLong(stat("a").uid())).isEqualTo(3_000_000_000L);
        assertThat(stat("b").modified()).isEqualTo(Instant.ofEpochSecond(-1000));
        assertThat(Integer.toUnsignedLong(stat("b").uid())).isEqualTo(4_000_000_000L);
        assertThat(stat("b").size()).isEqualTo(2);
    }

    @Test
    void whatReadingTheStreamThrowsComesThrough() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the line is dead");
            }
        };
        assertThatThrownBy(() -> new TarLayerExtractor(linux, OverlayFlavor.TRUSTED, LayerLimits.DEFAULT)
                        .extract(broken, root, "t"))
                .isInstanceOf(IOException.class)
                .hasMessage("the line is dead");
    }

    @Test
    void nobodyWritesAfterACancelledUnpackReturned() throws Exception {
        byte[] one = new TarMaker().file("f", "x".repeat(1000)).unfinished();
        InputStream endless = new InputStream() {
            private int at;

            @Override
            public int read() {
                return one[at++ % one.length] & 0xff;
            }
        };
        var stopped = new java.util.concurrent.atomic.AtomicReference<Throwable>();
        Thread thread = Thread.startVirtualThread(() -> {
            try {
                new TarLayerExtractor(linux, OverlayFlavor.TRUSTED, LayerLimits.DEFAULT).extract(endless, root, "t");
            } catch (RuntimeException | IOException e) {
                stopped.set(e);
            }
        });
        long deadline = System.nanoTime() + 60_000_000_000L;
        while (!Files.exists(root.resolve("f")) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        assertThat(thread.join(java.time.Duration.ofSeconds(60))).isTrue();
        assertThat(stopped.get()).isInstanceOf(dev.gantry.base.Unavailable.class);
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.getName().equals("unpack t") || t.getName().equals("read t"))) {
            assertThat(System.nanoTime()).as("its threads have ended").isLessThan(deadline + 60_000_000_000L);
            Thread.onSpinWait();
        }
    }
}
