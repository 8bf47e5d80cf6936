package dev.gantry.images.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayeredRootTest {
    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    private Path upper;
    private Path middle;
    private Path base;

    @BeforeEach
    void makeLayers() throws IOException {
        upper = Files.createDirectory(dir.resolve("upper"));
        middle = Files.createDirectory(dir.resolve("middle"));
        base = Files.createDirectory(dir.resolve("base"));
    }

    private static void write(Path layer, String path, String content) throws IOException {
        Path file = layer.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Optional<String> read(String path) {
        try (var root = LayeredRoot.open(linux, List.of(upper, middle, base), OverlayFlavor.USER)) {
            return root.read(path, 1000).map(b -> new String(b, UTF_8));
        }
    }

    private void whiteout(Path layer, String path) throws IOException {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root makes whiteouts here");
        Path file = layer.resolve(path);
        Files.createDirectories(file.getParent());
        try (Fd parent = linux.files().openDirectory(file.getParent().toString())) {
            linux.directories()
                    .makeNode(parent, file.getFileName().toString(), FileType.CHARACTER_DEVICE.modeBits(), 0, 0);
        }
    }

    private void opaque(Path layer, String path) throws IOException {
        Files.createDirectories(layer.resolve(path));
        try (Fd parent = linux.files().openDirectory(layer.resolve(path).toString())) {
            linux.attributes().setXattr(parent, ".", "user.overlay.opaque", new byte[] {'y'});
        }
    }

    @Test
    void theTopmostLayerThatHasAFileWins() throws IOException {
        write(base, "etc/passwd", "base");
        write(base, "etc/group", "base");
        assertThat(read("/etc/passwd")).contains("base");
        write(middle, "etc/passwd", "middle");
        assertThat(read("etc/passwd")).contains("middle");
        write(upper, "etc/passwd", "upper");
        assertThat(read("/etc//./passwd")).contains("upper");
        assertThat(read("/etc/group")).contains("base");
        assertThat(read("/etc/absent")).isEmpty();
        assertThat(read("/absent/passwd")).isEmpty();
        assertThat(read("/etc")).isEmpty();
        assertThat(read("/etc/passwd/x")).isEmpty();
    }

    @Test
    void aWhiteoutHidesAndAnOpaqueDirectoryCovers() throws IOException {
        write(base, "etc/passwd", "base");
        write(base, "lib/a", "base");
        write(base, "gone/a", "base");
        opaque(middle, "lib");
        write(middle, "lib/b", "middle");
        assertThat(read("/lib/a")).isEmpty();
        assertThat(read("/lib/b")).contains("middle");
        whiteout(middle, "etc/passwd");
        whiteout(middle, "gone");
        assertThat(read("/etc/passwd")).isEmpty();
        assertThat(read("/gone/a")).isEmpty();
    }

    @Test
    void aFileCoversADirectoryAndTheOtherWayRound() throws IOException {
        write(base, "a/x", "base");
        write(middle, "a", "file");
        write(base, "b", "file");
        write(middle, "b/x", "middle");
        assertThat(read("/a")).contains("file");
        assertThat(read("/a/x")).isEmpty();
        assertThat(read("/b/x")).contains("middle");
        write(upper, "a/y", "upper");
        assertThat(read("/a/y")).contains("upper");
        assertThat(read("/a/x"))
                .as("the file between hides the directory below")
                .isEmpty();
    }

    @Test
    void linksAreFollowedInsideTheRootAndNeverOut() throws IOException {
        write(base, "etc/real", "inside");
        Files.createSymbolicLink(base.resolve("etc/rel"), Path.of("real"));
        Files.createSymbolicLink(middle.resolve("abs"), Path.of("/etc/rel"));
        Files.createSymbolicLink(upper.resolve("out"), Path.of("../../../../../etc/real"));
        Files.createSymbolicLink(upper.resolve("host"), dir.resolve("secret"));
        Files.createSymbolicLink(upper.resolve("loop"), Path.of("loop"));
        Files.createSymbolicLink(upper.resolve("d"), Path.of("/etc/"));
        Files.writeString(dir.resolve("secret"), "outside");
        assertThat(read("/abs")).contains("inside");
        assertThat(read("/out")).contains("inside");
        assertThat(read("/d/../d/rel")).contains("inside");
        assertThat(read("/../../etc/real")).contains("inside");
        assertThat(read("/host")).isEmpty();
        assertThat(read("/loop")).isEmpty();
    }

    @Test
    void aFifoIsNotWaitedFor() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", base.resolve("fifo").toString())
                        .start()
                        .waitFor())
                .isZero();
        assertThat(read("/fifo")).isEmpty();
        try (var root = LayeredRoot.open(linux, List.of(base), OverlayFlavor.USER)) {
            assertThat(root.stat("/fifo").orElseThrow().type()).isEqualTo(FileType.FIFO);
            assertThat(root.stat("/").orElseThrow().type()).isEqualTo(FileType.DIRECTORY);
        }
    }

    @Test
    void theRootOfThisHostIsReadAsAPlainDirectory() {
        try (var root = LayeredRoot.open(linux, List.of(upper, Path.of("/")), OverlayFlavor.USER)) {
            assertThat(root.read("/etc/passwd", 1 << 20)
                            .map(b -> new String(b, UTF_8))
                            .orElseThrow())
                    .contains("root:");
            assertThat(root.read("/proc/self/status", 1 << 20))
                    .as("another mount")
                    .isEmpty();
        }
    }

    @Test
    void itShowsWhatTheOverlayOfTheKernelShows() throws Exception {
        Assumptions.assumeTrue(linux.processes().effectiveUid() == 0, "only root mounts an overlay");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] names = {"a", "b", "c"};
        for (Path layer : List.of(upper, middle, base)) {
            grow(layer, layer, random, names, 0);
        }
        Path work = Files.createDirectory(dir.resolve("work"));
        Path merged = Files.createDirectory(dir.resolve("merged"));
        String script = "mount -t overlay o -o lowerdir=$1/middle:$1/base,upperdir=$1/upper,workdir=" + work
                + ",userxattr $1/merged && cd $1/merged && find . -type f -exec sh -c 'echo $0; cat $0; echo' {} \\;";
        Process process = new ProcessBuilder("unshare", "-m", "sh", "-euc", script, "sh", dir.toString())
                .redirectErrorStream(true)
                .start();
        String[] lines = new String(process.getInputStream().readAllBytes(), UTF_8).split("\n");
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
        java.util.Map<String, String> shown = new java.util.HashMap<>();
        for (int i = 0; i + 1 < lines.length; i += 2) {
            shown.put(lines[i].substring(1), lines[i + 1]);
        }
        for (String path : everyPath(names, "", 0)) {
            assertThat(read(path)).as("seed %d path %s", seed, path).isEqualTo(Optional.ofNullable(shown.get(path)));
        }
        assertThat(merged).isEmptyDirectory();
    }

    private void grow(Path layer, Path at, Random random, String[] names, int depth) throws IOException {
        for (String name : names) {
            Path path = at.resolve(name);
            switch (random.nextInt(depth == 2 ? 3 : 6)) {
                case 0 -> Files.writeString(path, layer.getFileName() + "/" + layer.relativize(path));
                case 1 -> whiteout(layer, layer.relativize(path).toString());
                case 2 -> {}
                default -> {
                    Files.createDirectory(path);
                    grow(layer, path, random, names, depth + 1);
                    if (random.nextInt(4) == 0) {
                        opaque(layer, layer.relativize(path).toString());
                    }
                }
            }
        }
    }

    private static List<String> everyPath(String[] names, String prefix, int depth) {
        List<String> all = new java.util.ArrayList<>();
        for (String name : names) {
            all.add(prefix + "/" + name);
            if (depth < 2) {
                all.addAll(everyPath(names, prefix + "/" + name, depth + 1));
            }
        }
        return all;
    }
}
