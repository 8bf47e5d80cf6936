package dev.gantry.buildkit.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import fsutil.types.Packet;
import fsutil.types.Stat;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// How much of a client's files is under way at once, packet by packet.
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReceiverTest {
    @TempDir
    Path directory;

    /// A client that takes all and does nothing by itself.
    private static final class HeldCall extends ClientCall<Packet, Packet> {
        final CompletableFuture<Listener<Packet>> listener = new CompletableFuture<>();
        final Deque<Integer> asked = new ArrayDeque<>();
        final List<Packet.PacketType> others = new ArrayList<>();

        @Override
        public void start(Listener<Packet> heard, Metadata head) {
            listener.complete(heard);
        }

        @Override
        public void request(int number) {}

        @Override
        public void cancel(@Nullable String why, @Nullable Throwable cause) {}

        @Override
        public void halfClose() {}

        @Override
        public void sendMessage(Packet packet) {
            if (packet.getType() == Packet.PacketType.PACKET_REQ) {
                asked.add(packet.getID());
            } else {
                others.add(packet.getType());
            }
        }
    }

    private static Packet stat(String path, int size, String link) {
        return Packet.newBuilder()
                .setType(Packet.PacketType.PACKET_STAT)
                .setStat(Stat.newBuilder()
                        .setPath(ByteString.copyFromUtf8(path))
                        .setMode(0644)
                        .setSize(size)
                        .setLinkname(ByteString.copyFromUtf8(link)))
                .build();
    }

    private static final Packet LAST =
            Packet.newBuilder().setType(Packet.PacketType.PACKET_STAT).build();

    /// @return how many files were under way at most
    private int receive(int files, int size) throws Exception {
        Linux linux = Linux.host();
        int most = 0;
        try (Fd place = linux.files().openDirectory(directory.toString())) {
            Spool spool = Spool.in(linux, place);
            var call = new HeldCall();
            var receiving = new FutureTask<>(
                    () -> Receiver.receive(call, new Metadata(), "context", spool, Optional.empty(), _ -> {}));
            Thread.ofVirtual().start(receiving);
            ClientCall.Listener<Packet> heard = call.listener.get();
            for (int i = 0; i < files; i++) {
                heard.onMessage(stat("%06d".formatted(i), size, ""));
            }
            heard.onMessage(stat("link", size, "000000"));
            heard.onMessage(stat("link2", size, "link"));
            heard.onMessage(LAST);
            while (!call.asked.isEmpty()) {
                most = Math.max(most, call.asked.size());
                assertThat(call.others).isEmpty();
                int id = call.asked.remove();
                byte[] bytes = ("text " + id).getBytes(StandardCharsets.UTF_8);
                heard.onMessage(SampleClient.data(id, ByteString.copyFrom(bytes)));
                heard.onMessage(SampleClient.data(id, ByteString.EMPTY));
            }
            assertThat(call.others).containsExactly(Packet.PacketType.PACKET_FIN);
            heard.onClose(Status.OK, new Metadata());
            try (SyncedTree tree = receiving.get()) {
                spool.leave();
                assertThat(tree.entries()).hasSize(files + 2);
                String name = "%06d".formatted(files - 1);
                assertThat(new String(tree.read(name, 100), StandardCharsets.UTF_8))
                        .isEqualTo("text " + (files - 1));
                assertThat(new String(tree.read("link2", 100), StandardCharsets.UTF_8))
                        .isEqualTo("text 0");
            }
        }
        return most;
    }

    @Test
    void soManyFilesAreUnderWayAsFitIntoAFewMegabytes() throws Exception {
        assertThat(receive(2000, 64 << 10)).isBetween(100, 257);
    }

    @Test
    void manyTinyOnesAreUnderWayAtOnce() throws Exception {
        assertThat(receive(20_000, 16)).isEqualTo(4096);
    }
}
