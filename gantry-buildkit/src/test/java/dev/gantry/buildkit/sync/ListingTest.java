package dev.gantry.buildkit.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.base.InvalidArgument;
import dev.gantry.linux.FileType;
import fsutil.types.Stat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a client says of its paths is hostile.
class ListingTest {
    private static final int DIRECTORY = 1 << 31 | 0755;
    private static final int SYMLINK = 1 << 27 | 0777;
    private static final int DEVICE = 1 << 26;
    private static final int FIFO = 1 << 25;
    private static final int SETUID = 1 << 23;

    private final Listing listing = new Listing("context");

    private static Stat.Builder stat(String path, int mode) {
        return Stat.newBuilder().setPath(ByteString.copyFromUtf8(path)).setMode(mode);
    }

    private Listing.Item next(String path, int mode) {
        return listing.next(stat(path, mode).build());
    }

    private void refuses(String path, int mode, String why) {
        assertThatThrownBy(() -> next(path, mode))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining(why);
    }

    @Test
    void filesDirectoriesAndLinksAreTakenInTheirOrder() {
        assertThat(next("a", DIRECTORY).node().type()).isEqualTo(FileType.DIRECTORY);
        assertThat(next("a/b", SETUID | 0644).node().mode()).isEqualTo(04644);
        assertThat(next("a-b", FIFO).node().type()).isEqualTo(FileType.FIFO);
        assertThat(listing.next(stat("c", SYMLINK)
                                .setLinkname(ByteString.copyFromUtf8("../../etc"))
                                .build())
                        .node()
                        .link())
                .isEqualTo("../../etc");
        assertThat(listing.next(stat("d", 0644)
                                .setLinkname(ByteString.copyFromUtf8("a/b"))
                                .build())
                        .link())
                .isEqualTo("a/b");
    }

    @Test
    void aLinkToALinkIsOneToTheFile() {
        next("a", 0644);
        String before = "a";
        for (String name : new String[] {"b", "c", "d"}) {
            var link = stat(name, 0644).setLinkname(ByteString.copyFromUtf8(before));
            assertThat(listing.next(link.build()).link()).isEqualTo("a");
            before = name;
        }
    }

    @Test
    void whoseTheyAreMeansNothing() {
        var node = listing.next(stat("a", 0644).setUid(1000).setGid(7).build()).node();
        assertThat(node.uid()).isZero();
        assertThat(node.gid()).isZero();
    }

    @Test
    void aPathThatLeadsOutIsRefused() {
        refuses("..", DIRECTORY, "no path below");
        refuses("../x", 0644, "no path below");
        refuses("/etc/passwd", 0644, "no path below");
        refuses("a/../b", 0644, "no path below");
        refuses("./a", 0644, "no path below");
        refuses("a//b", 0644, "no path below");
        refuses("a/", DIRECTORY, "no path below");
        refuses("a\0b", 0644, "no path below");
    }

    @Test
    void anEmptyPathIsRefused() {
        refuses("", DIRECTORY, "no path below");
    }

    @Test
    void whatIsTwiceOrOutOfOrderIsRefused() {
        next("b", DIRECTORY);
        refuses("b", DIRECTORY, "out of order");
        refuses("a", 0644, "out of order");
        next("b/c", 0644);
        next("b!", 0644); // a slash is before all else
        refuses("b/d", 0644, "out of order");
    }

    @Test
    void whatIsBelowAFileOrALinkIsRefused() {
        next("f", 0644);
        refuses("f/g", 0644, "no directory");
        listing.next(
                stat("l", SYMLINK).setLinkname(ByteString.copyFromUtf8("/etc")).build());
        refuses("l/passwd", 0644, "no directory");
        refuses("m/n", 0644, "no directory");
    }

    @Test
    void devicesAreRefused() {
        refuses("d", DEVICE, "device");
        refuses("e", DEVICE | 1 << 21, "device");
        refuses("i", 1 << 19, "nobody knows");
        refuses("j", DIRECTORY | SYMLINK, "two things");
    }

    @Test
    void aSocketIsAnEmptyFileAsClientsSendIt() {
        assertThat(next("s", 1 << 24 | 0755).node().type()).isEqualTo(FileType.REGULAR);
    }

    @Test
    void hugeNamesAndSizesAreRefused() {
        refuses("x".repeat(256), 0644, "longer than 255");
        refuses("é".repeat(128), 0644, "longer than 255");
        refuses("a/".repeat(2048) + "b", 0644, "longer than 4095");
        refuses("a/".repeat(600) + "b", 0644, "directories deep");
        assertThatThrownBy(() -> listing.next(stat("z", 0644).setSize(-1).build()))
                .hasMessageContaining("more than");
        assertThatThrownBy(() ->
                        listing.next(stat("zz", 0644).setSize(Long.MAX_VALUE).build()))
                .hasMessageContaining("more than");
    }

    @Test
    void aNameThatIsNoTextIsRefused() {
        assertThatThrownBy(() -> listing.next(Stat.newBuilder()
                        .setPath(ByteString.copyFrom(new byte[] {'a', (byte) 0xff}))
                        .setMode(0644)
                        .build()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void aLinkToWhatWasNotSentIsRefused() {
        next("d", DIRECTORY);
        for (String target : new String[] {"x", "d", "../x", "/etc/passwd"}) {
            assertThatThrownBy(() -> listing.next(stat("e" + target.length(), 0644)
                            .setLinkname(ByteString.copyFromUtf8(target))
                            .build()))
                    .isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void noiseIsTakenOrRefusedAndNothingElse() {
        long seed = Long.getLong("gantry.seed", System.nanoTime());
        var random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            byte[] path = new byte[random.nextInt(12)];
            for (int j = 0; j < path.length; j++) {
                path[j] = "ab/.\0é-".getBytes(java.nio.charset.StandardCharsets.UTF_8)[random.nextInt(8)];
            }
            Stat stat = Stat.newBuilder()
                    .setPath(ByteString.copyFrom(path))
                    .setMode(random.nextInt())
                    .setSize(random.nextLong())
                    .setModTime(random.nextLong())
                    .build();
            try {
                String taken = listing.next(stat).path();
                assertThat(taken)
                        .as("seed " + seed)
                        .doesNotContain("/../", "//")
                        .doesNotStartWith("/");
            } catch (InvalidArgument _) {
                // In words, and nothing else.
            }
        }
    }
}
