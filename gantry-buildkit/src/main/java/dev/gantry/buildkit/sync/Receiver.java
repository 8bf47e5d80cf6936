package dev.gantry.buildkit.sync;

import com.google.protobuf.ByteString;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.build.context.SourceTree;
import dev.gantry.linux.FileType;
import fsutil.types.Packet;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.LongConsumer;

/// Receives one directory: the client tells of each path, we ask for the files that we do not have, and it sends them,
/// some
/// at a time. All of it happens on one thread at a time, that of the call.
final class Receiver extends ClientCall.Listener<Packet> {
    private static final int AHEAD = 64;

    /// So many files are under way at once, and so many bytes of them in memory.
    private static final int MOST_OPEN = 4096;

    private static final long MOST_HELD = 16L << 20;

    private final ClientCall<Packet, Packet> call;
    private final String name;
    private final Spool spool;
    private final Optional<SyncedTree> before;
    private final LongConsumer moved;
    private final Listing listing;
    private final SpoolBuffer buffer;
    private final Map<String, SyncedTree.Entry> entries = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final Map<Integer, Incoming> coming = new HashMap<>();
    private final Deque<Missing> toAsk = new ArrayDeque<>();
    private final CompletableFuture<SyncedTree> end = new CompletableFuture<>();
    private int number;
    private int heard;
    private boolean listed;
    private boolean finished;
    private long bytes;
    private long held;

    /// A file that is not asked for yet.
    private record Missing(int id, String path, SourceTree.Node node) {}

    private Receiver(
            ClientCall<Packet, Packet> call,
            String name,
            Spool spool,
            Optional<SyncedTree> before,
            LongConsumer moved) {
        this.call = call;
        this.name = name;
        this.spool = spool;
        this.before = before;
        this.moved = moved;
        this.listing = new Listing(name);
        this.buffer = new SpoolBuffer(spool);
    }

    /// @param name of the directory, for errors
    /// @param before what is known of it, in the same spool
    /// @param moved hears how many bytes have come
    static SyncedTree receive(
            ClientCall<Packet, Packet> call,
            Metadata head,
            String name,
            Spool spool,
            Optional<SyncedTree> before,
            LongConsumer moved)
            throws InterruptedException {
        var receiver = new Receiver(call, name, spool, before, moved);
        call.start(receiver, head);
        call.request(AHEAD);
        try {
            return receiver.end.get();
        } catch (InterruptedException e) {
            call.cancel("the build was cancelled", e);
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException why ? why : new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void onMessage(Packet packet) {
        if (end.isDone()) {
            return;
        }
        try {
            bytes += packet.getData().size();
            moved.accept(bytes);
            take(packet);
            ask();
            finish();
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
            call.sendMessage(Packet.newBuilder()
                    .setType(Packet.PacketType.PACKET_ERR)
                    .setData(ByteString.copyFromUtf8(String.valueOf(e.getMessage())))
                    .build());
            call.cancel("what came is refused", e);
            return;
        }
        if (++heard == AHEAD / 2) {
            heard = 0;
            call.request(AHEAD / 2);
        }
    }

    private void take(Packet packet) {
        switch (packet.getType()) {
            case PACKET_STAT -> {
                if (packet.hasStat()) {
                    listed(packet);
                } else {
                    listed = true;
                }
            }
            case PACKET_DATA -> data(packet);
            case PACKET_ERR ->
                throw new Unavailable(
                        "receive " + name,
                        "the client failed: " + packet.getData().toStringUtf8(),
                        "see what is in the directory, and build again");
            case PACKET_FIN -> {
                if (!finished) {
                    throw new InvalidArgument("receive " + name, "the client ended early", "build again");
                }
            }
            case PACKET_REQ, UNRECOGNIZED ->
                throw new InvalidArgument("receive " + name, "the client sent what nobody asked for", "build again");
        }
    }

    private void finish() {
        if (listed && coming.isEmpty() && toAsk.isEmpty() && !finished) {
            finished = true;
            call.sendMessage(
                    Packet.newBuilder().setType(Packet.PacketType.PACKET_FIN).build());
        }
    }

    private void listed(Packet packet) {
        if (listed) {
            throw new InvalidArgument("receive " + name, "a path came after the last", "build again");
        }
        Listing.Item item = listing.next(packet.getStat());
        int id = number++;
        if (!item.link().isEmpty()) {
            links.put(item.path(), item.link());
        } else if (item.node().type() != FileType.REGULAR) {
            entries.put(item.path(), new SyncedTree.Entry(item.node(), 0, ""));
        } else {
            Optional<SyncedTree.Entry> same = known(item);
            if (same.isPresent()) {
                SyncedTree.Entry e = same.get();
                entries.put(item.path(), new SyncedTree.Entry(item.node(), e.at(), e.digest()));
            } else {
                toAsk.add(new Missing(id, item.path(), item.node()));
            }
        }
    }

    /// What has its size and its time still has its bytes.
    private Optional<SyncedTree.Entry> known(Listing.Item item) {
        SourceTree.Node now = item.node();
        return before.map(tree -> tree.entries().get(item.path()))
                .filter(e -> e.node().type() == FileType.REGULAR
                        && e.node().size() == now.size()
                        && e.node().modified().equals(now.modified()));
    }

    /// As far as the client takes it and ends what it has begun: nothing piles up here.
    private void ask() {
        while (!toAsk.isEmpty() && coming.size() < MOST_OPEN && held < MOST_HELD && call.isReady()) {
            Missing next = toAsk.remove();
            long at = Incoming.isSmall(next.node())
                    ? 0
                    : spool.reserve(next.node().size());
            var file = new Incoming(next.path(), next.node(), at);
            coming.put(next.id(), file);
            held += file.held();
            call.sendMessage(Packet.newBuilder()
                    .setType(Packet.PacketType.PACKET_REQ)
                    .setID(next.id())
                    .build());
        }
    }

    @Override
    public void onReady() {
        if (!end.isDone()) {
            ask();
        }
    }

    private void data(Packet packet) {
        Incoming file = coming.get(packet.getID());
        if (file == null) {
            throw new InvalidArgument("receive " + name, "bytes came that nobody asked for", "build again");
        }
        if (packet.getData().isEmpty()) {
            coming.remove(packet.getID());
            held -= file.held();
            entries.put(file.path(), file.end(buffer));
        } else {
            file.add(packet.getData(), spool);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (end.isDone()) {
            return;
        }
        try {
            if (!finished) {
                throw new Unavailable(
                        "receive " + name,
                        status.isOk() ? "the client ended early" : words(status),
                        "see what the client says, and build again");
            }
            links.forEach((path, first) -> entries.put(path, linked(path, first)));
            buffer.flush();
            end.complete(SyncedTree.of(spool, entries));
        } catch (RuntimeException e) {
            end.completeExceptionally(e);
        }
    }

    private SyncedTree.Entry linked(String path, String first) {
        SyncedTree.Entry entry = entries.get(first);
        if (entry == null) {
            throw new InvalidArgument("receive " + name, path + " is a link to what was not sent", "build again");
        }
        return entry;
    }

    private static String words(Status status) {
        return status.getDescription() == null ? status.getCode().toString() : status.getDescription();
    }
}
