package dev.gantry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files of a build as no client of ours sends them: they lead nowhere but into the build, or are refused with a
/// sentence.
@Tag("kernel")
@Timeout(180)
class BuildInputTest {
    private static final byte[] COPY_ALL = dockerfile("FROM busybox:it\nCOPY . /all/\n");

    @TempDir
    static Path dir;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @AfterEach
    void itGoesOnAndHasKeptNothing() throws IOException {
        assertThat(built("goes-on", RawRequest.file("a", "b"))).contains("Successfully built");
        try (Stream<Path> containers = Files.list(stock.daemon().data().resolve("containers"))) {
            assertThat(containers).isEmpty();
        }
        DeletedFiles.goFromSpool(stock.daemon());
        assertThat(stock.daemon().log()).doesNotContain(" ERROR ", "OutOfMemory", "StackOverflow");
    }

    private static byte[] dockerfile(String text) {
        return RawRequest.file("Dockerfile", text);
    }

    private static String ask(String name, byte[] context) {
        try (EngineClient client = stock.daemon().client()) {
            return client.raw(Request.post("/build").with("t", name).with("networkmode", "none").stream(
                    new ByteArrayInputStream(context), "application/x-tar"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is answered when all that was sent is copied to `/all`.
    private static String built(String name, byte[]... entries) {
        byte[][] all = Stream.concat(Stream.of(COPY_ALL), Stream.of(entries)).toArray(byte[][]::new);
        return ask(name, RawRequest.archive(all));
    }

    private static void refused(String why, byte[]... entries) {
        assertThat(built("refused", entries))
                .contains("errorDetail")
                .contains(why)
                .doesNotContain("Successfully");
    }

    private static String shown(String image, String... command) throws IOException {
        String[] words = Stream.concat(Stream.of("run", "--rm", "--network", "none", image), Stream.of(command))
                .toArray(String[]::new);
        return stock.out(words);
    }

    /// An entry with a long name.
    private static byte[] named(String path, String content) throws IOException {
        var out = new ByteArrayOutputStream();
        byte[] bytes = content.getBytes(ISO_8859_1);
        var tar = new TarWriter(out);
        tar.write(
                new TarEntry(
                        TarEntry.Type.FILE,
                        path,
                        "",
                        0644,
                        0,
                        0,
                        bytes.length,
                        Instant.EPOCH,
                        0,
                        0,
                        Map.of(),
                        false,
                        List.of()),
                new ByteArrayInputStream(bytes));
        return out.toByteArray();
    }

    @Test
    void aLinkOutOfTheContextIsCopiedAsALinkAndNotFollowed() throws IOException {
        assertThat(built(
                        "links",
                        RawRequest.entry('2', "absolute", "/etc/hostname", 0),
                        RawRequest.entry('2', "relative", "../../../../../../etc/hostname", 0)))
                .contains("Successfully built");
        assertThat(shown("links", "busybox", "readlink", "/all/absolute")).isEqualTo("/etc/hostname");
        assertThat(ask(
                        "followed",
                        RawRequest.archive(
                                dockerfile("FROM busybox:it\nCOPY absolute /x\n"),
                                RawRequest.entry('2', "absolute", "/etc/hostname", 0))))
                .contains("errorDetail")
                .contains("there is no such file");
    }

    @Test
    void aDirectoryThatIsALinkIsNoWayOut() throws IOException {
        Path outside = Files.createDirectories(dir.resolve("outside"));
        assertThat(built(
                        "way",
                        RawRequest.entry('2', "way", outside.toString(), 0),
                        RawRequest.file("way/written", "x")))
                .contains("Successfully built");
        assertThat(outside).isEmptyDirectory();
        assertThat(shown("way", "cat", "/all/way/written")).isEqualTo("x");
    }

    @Test
    void aHardLinkToWhatTheArchiveDoesNotHaveIsRefused() {
        refused("which the archive does not have", RawRequest.entry('1', "hard", "/etc/passwd", 0));
        refused("it leads out of the directory", RawRequest.entry('1', "hard", "../../etc/passwd", 0));
    }

    @Test
    void devicesAreRefused() {
        refused("it is a device", RawRequest.entry('3', "null", "", 0));
        refused("it is a device", RawRequest.entry('4', "disk", "", 0));
    }

    @Test
    void aFifoIsCopiedAndNobodyWaitsForIt() throws IOException {
        assertThat(built("fifo", RawRequest.entry('6', "pipe", "", 0))).contains("Successfully built");
        assertThat(shown("fifo", "sh", "-c", "test -p /all/pipe && echo pipe")).isEqualTo("pipe");
    }

    @Test
    void pathsThatLeadOutAreRefusedAndAbsoluteOnesAreBelow() throws IOException {
        refused("it leads out of the directory", RawRequest.file("../out", "x"));
        refused("it leads out of the directory", RawRequest.file("a/../../out", "x"));
        assertThat(built("absolute", RawRequest.file("/etc/inside", "x"))).contains("Successfully built");
        assertThat(shown("absolute", "cat", "/all/etc/inside")).isEqualTo("x");
    }

    @Test
    void ofEntriesOfOneNameTheLastCounts() throws IOException {
        assertThat(built(
                        "twice",
                        RawRequest.file("file", "first"),
                        RawRequest.file("file", "last"),
                        RawRequest.file("kind", "a file"),
                        RawRequest.file("kind/below", "below"),
                        RawRequest.file("tree/below", "below"),
                        RawRequest.file("tree", "a file")))
                .contains("Successfully built");
        assertThat(shown("twice", "sh", "-c", "cat /all/file /all/kind/below /all/tree"))
                .isEqualTo("lastbelowa file");
    }

    @Test
    void namesAndPathsHaveAnEnd() throws IOException {
        String name = "n".repeat(255);
        assertThat(built("long", named(name, "x"))).contains("Successfully built");
        assertThat(shown("long", "cat", "/all/" + name)).isEqualTo("x");
        refused("a name in it is longer than 255 bytes", named(name + "n", "x"));
        refused("is longer than 4095 bytes", named(("d".repeat(200) + "/").repeat(30) + "f", "x"));
        refused("directories deep", named("d/".repeat(600) + "f", "x"));
    }

    @Test
    void namesThatWouldHideFilesInALayerAreRefused() {
        refused("hides another file", RawRequest.file(".wh.bin", ""));
        refused("hides another file", RawRequest.file("below/.wh..wh..opq", ""));
        assertThat(ask("hiding", RawRequest.archive(dockerfile("FROM busybox:it\nRUN echo > /etc/.wh.passwd\n"))))
                .contains("hides another file");
    }

    @Test
    void anArchiveThatEndsInTheMiddleOrIsNoneIsRefused() {
        byte[] whole = RawRequest.archive(COPY_ALL, RawRequest.file("a", "b".repeat(2000)));
        byte[] half = Arrays.copyOf(whole, 1800);
        assertThat(ask("half", half)).contains("errorDetail").contains("the build context");
        assertThat(ask("none", "this is no archive ".repeat(100).getBytes(ISO_8859_1)))
                .contains("errorDetail");
        assertThat(ask("empty", new byte[0])).contains("errorDetail");
    }

    @Test
    void aDockerfileThatIsALinkOutIsNotThere() {
        assertThat(ask("away", RawRequest.archive(RawRequest.entry('2', "Dockerfile", "/etc/hostname", 0))))
                .contains("Cannot locate specified Dockerfile");
    }
}
