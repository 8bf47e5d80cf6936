package dev.gantry.buildkit.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.base.InvalidArgument;
import dev.gantry.build.context.SourceTree;
import dev.gantry.linux.Linux;
import fsutil.types.Packet;
import fsutil.types.Stat;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DirectoriesTest {
    private static final Wanted CONTEXT = new Wanted("context", List.of(), List.of(), List.of());

    @TempDir
    Path spool;

    private long seconds;
    private final Instant start = Instant.parse("2026-01-01T00:00:00Z");
    private final InstantSource now = () -> start.plusSeconds(seconds);
    private final Clock clock = now.withZone(ZoneOffset.UTC);
    private SampleClient client;
    private Directories directories;

    @BeforeEach
    void open() throws Exception {
        client = new SampleClient();
        directories = new Directories(Linux.host(), Linux.host().files().openDirectory(spool.toString()), clock);
    }

    @AfterEach
    void close() throws Exception {
        directories.close();
        client.close();
    }

    private SourceTree receive() throws Exception {
        return directories.receive(client.session("place"), CONTEXT, true, _ -> {});
    }

    private static String text(SourceTree tree, String path) throws Exception {
        return new String(tree.read(path, 1 << 20), StandardCharsets.UTF_8);
    }

    @Test
    void filesComeWithTheirBytes() throws Exception {
        client.files.put("d", new SampleClient.Entry(1 << 31 | 0755, "", 1));
        client.file("d/small", "one", 1);
        client.file("empty", "", 1);
        client.file("large", "x".repeat(300_000), 1);
        try (SourceTree tree = receive()) {
            assertThat(tree.names("")).containsExactly("d", "empty", "large");
            assertThat(tree.names("d")).containsExactly("small");
            assertThat(text(tree, "d/small")).isEqualTo("one");
            assertThat(text(tree, "empty")).isEmpty();
            assertThat(text(tree, "large")).hasSize(300_000);
            assertThat(tree.digest("empty"))
                    .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        }
    }

    @Test
    void whatHasNotChangedIsNotAskedForAgain() throws Exception {
        for (int i = 0; i < 1000; i++) {
            client.file("f" + i, "text " + i, i);
        }
        receive().close();
        assertThat(client.asked).hasSize(1000);
        client.asked.clear();
        client.file("f7", "other", 2_000);
        client.files.remove("f8");
        try (SourceTree tree = receive()) {
            assertThat(client.asked).containsExactly("f7");
            assertThat(text(tree, "f7")).isEqualTo("other");
            assertThat(text(tree, "f6")).isEqualTo("text 6");
            assertThat(tree.find("f8")).isEmpty();
        }
    }

    @Test
    void aTreeStaysAsItWasWhileAnotherIsReceived() throws Exception {
        client.file("a", "before", 1);
        try (SourceTree before = receive()) {
            client.file("a", "after!", 2);
            receive().close();
            directories.forget();
            assertThat(text(before, "a")).isEqualTo("before");
        }
    }

    @Test
    void whatIsKeptIsCountedAndGoesByItsAge() throws Exception {
        client.file("a", "x".repeat(300_000), 1);
        receive().close();
        seconds = 100;
        SourceTree used = directories.receive(client.session("elsewhere"), CONTEXT, true, _ -> {});
        assertThat(directories.rows()).hasSize(2).allSatisfy(row -> {
            assertThat(row.bytes()).isGreaterThanOrEqualTo(300_000);
            assertThat(row.label().description()).isEqualTo("local source for context");
        });
        assertThat(directories.prune(start)).isEmpty();
        assertThat(directories.prune(start.plusSeconds(50))).hasSize(1);
        assertThat(directories.prune(Instant.MAX)).isEmpty();
        used.close();
        assertThat(directories.rows()).hasSize(1);
        assertThat(directories.prune(Instant.MAX)).hasSize(1);
        assertThat(directories.rows()).isEmpty();
    }

    @Test
    void thatMoreIsKeptIsSaidOnce() throws Exception {
        client.file("a", "x".repeat(17 << 20), 1);
        assertThat(directories.hasGrown()).isFalse();
        receive().close();
        assertThat(directories.hasGrown()).isTrue();
        assertThat(directories.hasGrown()).isFalse();
    }

    @Test
    void placesOfOtherNamesKnowNothingOfEachOther() throws Exception {
        client.file("a", "text", 1);
        receive().close();
        directories.receive(client.session("elsewhere"), CONTEXT, true, _ -> {}).close();
        assertThat(client.asked).containsExactly("a", "a");
    }

    @Test
    void whatIsRefusedEndsTheTransferAndLeavesWhatWasThere() throws Exception {
        client.file("a", "text", 1);
        receive().close();
        client.instead.add(Packet.newBuilder()
                .setType(Packet.PacketType.PACKET_STAT)
                .setStat(Stat.newBuilder()
                        .setPath(ByteString.copyFromUtf8("../b"))
                        .setMode(0644))
                .build());
        assertThatThrownBy(this::receive).isInstanceOf(InvalidArgument.class).hasMessageContaining("no path below");
        client.instead.clear();
        client.asked.clear();
        receive().close();
        assertThat(client.asked).isEmpty();
    }

    @Test
    void bytesThatNobodyAskedForAreRefused() {
        client.instead.add(SampleClient.data(7, ByteString.copyFromUtf8("x")));
        assertThatThrownBy(this::receive).isInstanceOf(InvalidArgument.class).hasMessageContaining("nobody asked for");
    }
}
