package dev.gantry.images.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.images.snapshot.OverlayFlavor;
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
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerWriterTest {
    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    @BeforeEach
    void needRoot() {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root makes devices and owners");
    }

    private byte[] pack(Path tree) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new LayerWriter(linux, OverlayFlavor.USER).write(tree, out);
        return out.toByteArray();
    }

    private Path unpack(byte[] tar, String name) throws IOException {
        Path root = Files.createDirectory(dir.resolve(name));
        new TarLayerExtractor(linux, OverlayFlavor.USER, LayerLimits.DEFAULT)
                .extract(new ByteArrayInputStream(tar), root, name);
        return root;
    }

    private void shell(String script) throws Exception {
        Process process = new ProcessBuilder("sh", "-euc", script)
                .directory(dir.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }

    @Test
    void aWritableLayerComesBackAsItWas() throws Exception {
        shell("""
                mkdir -p up/etc up/d up/bin; cd up
                long=$(printf 'n%.0s' $(seq 1 180)); mkdir "$long"; echo x > "$long/$long"; ln -s "$long/$long" l
                echo hello > etc/hello; ln etc/hello bin/hello; mkfifo f; mknod n c 1 3; mknod etc/gone c 0 0
                head -c 700000 /dev/urandom > bin/big; truncate -s 1M etc/hole; echo > 'naïve'; : > "$(printf 'raw\\377')"
                chown 4000000000:3000000 bin/big; chmod 4755 bin/big
                find . -exec touch -h -d '2001-02-03 04:05:06 UTC' {} +; touch -d '1960-01-01 UTC' bin/big; touch -d '2001-01-01 UTC' .
                """);
        try (Fd etc = linux.files().openDirectory(dir.resolve("up").toString())) {
            linux.attributes().setXattr(etc, "d", "user.overlay.opaque", new byte[] {'y'});
            linux.attributes().setXattr(etc, "etc", "user.overlay.origin", new byte[] {1, 2});
            linux.attributes().setXattr(etc, "etc", "user.note", "a=b\n".getBytes(UTF_8));
        }
        byte[] tar = pack(dir.resolve("up"));
        Path back = unpack(tar, "back");
        Map<String, String> expected = Listing.of(dir.resolve("up"));
        expected.replaceAll((_, line) -> line.replace(" user.overlay.origin=0102", ""));
        Map<String, String> actual = Listing.of(back);
        expected.remove("");
        actual.remove("");
        // A whiteout has neither owner, mode nor time.
        assertThat(actual.remove("etc/gone")).contains("0:0");
        expected.remove("etc/gone");
        assertThat(actual).containsExactlyEntriesOf(expected);
        assertThat(pack(back)).as("packing is deterministic").isEqualTo(pack(back));
    }

    @Test
    void gnuTarReadsWhatWePack() throws Exception {
        shell("""
                mkdir -p up/etc; cd up; long=$(printf 'n%.0s' $(seq 1 180)); mkdir "$long"; echo x > "$long/$long"
                echo hello > etc/hello; ln etc/hello etc/hard; ln -s "$long/$long" l; chown 4000000000:1 etc/hello
                find . -exec touch -h -d '2001-02-03 04:05:06 UTC' {} +; touch -d '1960-01-01 UTC' etc
                """);
        Files.write(dir.resolve("t.tar"), pack(dir.resolve("up")));
        shell("mkdir gnu; tar -C gnu -xpf t.tar");
        Map<String, String> expected = Listing.of(dir.resolve("up"));
        Map<String, String> actual = Listing.of(dir.resolve("gnu"));
        expected.remove("");
        actual.remove("");
        assertThat(actual).containsExactlyEntriesOf(expected);
    }

    @Test
    void aSocketIsLeftOut() throws Exception {
        Path up = Files.createDirectory(dir.resolve("up"));
        try (var server = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            server.bind(java.net.UnixDomainSocketAddress.of(up.resolve("s")));
            try (Fd parent = linux.files().openDirectory(up.toString())) {
                assertThat(linux.attributes().stat(parent, "s").type()).isEqualTo(FileType.SOCKET);
            }
            assertThat(pack(up)).hasSize(1024);
        }
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        List<TarEntry> entries = new java.util.ArrayList<>();
        for (int i = 0; i < 300; i++) {
            TarEntry entry = entry(random);
            entries.add(entry);
            tar.write(entry, new ByteArrayInputStream(new byte[(int) entry.size()]));
        }
        tar.finish();
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()), "t");
        for (TarEntry entry : entries) {
            TarEntry read = reader.next().orElseThrow();
            assertThat(read).as("seed %d", seed).usingRecursiveComparison().isEqualTo(entry);
        }
        assertThat(reader.next()).isEmpty();
    }

    private static TarEntry entry(Random random) {
        TarEntry.Type type = TarEntry.Type.values()[random.nextInt(TarEntry.Type.values().length)];
        boolean device = type == TarEntry.Type.CHARACTER_DEVICE || type == TarEntry.Type.BLOCK_DEVICE;
        long[] ids = {0, 1000, 07777777, 010000000, 4_000_000_000L};
        String[] texts = {"a", "x".repeat(100), "y".repeat(101), "é/ü", "d/" + "z/".repeat(200) + "f", " \n\t"};
        long[] seconds = {0, 1, -1, 1_700_000_000, 8_589_934_591L, 8_589_934_592L, -100_000, 100_000_000_000L};
        int[] nanos = {0, 1, 500_000_000, 999_999_999};
        return new TarEntry(
                type,
                texts[random.nextInt(texts.length)],
                type == TarEntry.Type.SYMLINK || type == TarEntry.Type.HARD_LINK
                        ? texts[random.nextInt(texts.length)]
                        : "",
                random.nextInt(010000),
                ids[random.nextInt(ids.length)],
                ids[random.nextInt(ids.length)],
                type == TarEntry.Type.FILE ? random.nextInt(2000) : 0,
                Instant.ofEpochSecond(seconds[random.nextInt(seconds.length)], nanos[random.nextInt(nanos.length)]),
                device ? random.nextInt(4096) : 0,
                device ? random.nextInt(1 << 20) : 0,
                random.nextBoolean() ? Map.of() : Map.of("user.x", new byte[] {0, '\n', '=', (byte) 0xff}),
                false,
                List.of());
    }

    @Test
    void parallelGzipIsGzipWhateverTheNumberOfThreads() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int size : new int[] {0, 1, 262_143, 262_144, 262_145, 1_500_000}) {
            byte[] bytes = new byte[size];
            random.nextBytes(bytes);
            for (int i = 0; i < size / 2; i++) {
                bytes[i] = (byte) ("the quick brown fox ".charAt(i % 20));
            }
            byte[] one = gzip(bytes, 1, random);
            assertThat(new GZIPInputStream(new ByteArrayInputStream(one)).readAllBytes())
                    .as("seed %d size %d", seed, size)
                    .isEqualTo(bytes);
            assertThat(gzip(bytes, 3, random)).isEqualTo(one);
            assertThat(Compression.decompress(new ByteArrayInputStream(one), "t")
                            .readAllBytes())
                    .isEqualTo(bytes);
        }
    }

    private static byte[] gzip(byte[] bytes, int parallel, Random random) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (var gzip = new ParallelGzip(out, 6, parallel)) {
            for (int at = 0; at < bytes.length; ) {
                int n = Math.min(bytes.length - at, 1 + random.nextInt(400_000));
                gzip.write(bytes, at, n);
                at += n;
            }
        }
        return out.toByteArray();
    }
}
