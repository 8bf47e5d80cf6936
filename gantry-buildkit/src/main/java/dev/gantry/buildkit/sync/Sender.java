package dev.gantry.buildkit.sync;

import com.google.protobuf.ByteString;
import dev.gantry.base.Unavailable;
import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.linux.FileType;
import fsutil.types.Packet;
import fsutil.types.Stat;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Sends a tree into a directory of the client: each path in its order, and the files that the client asks for.
public final class Sender extends ClientCall.Listener<Packet> {
    private static final int PIECE = 256 << 10;

    private final ClientCall<Packet, Packet> call;
    private final SourceTree tree;
    private final List<String> paths = new ArrayList<>();
    private final Map<Long, String> names = new HashMap<>();

    /// Guards what follows, and is notified of each change.
    private final Object lock = new Object();

    private final Deque<Integer> asked = new ArrayDeque<>();
    private boolean finished;
    private @Nullable Status end;
    private String refusal = "";

    private Sender(ClientCall<Packet, Packet> call, SourceTree tree) {
        this.call = call;
        this.tree = tree;
    }

    /// The client has all of it when this returns.
    public static void send(ClientCall<Packet, Packet> call, Metadata head, SourceTree tree)
            throws InterruptedException, IOException {
        var sender = new Sender(call, tree);
        call.start(sender, head);
        call.request(64);
        boolean sound = false;
        try {
            sender.below("");
            sender.send(
                    Packet.newBuilder().setType(Packet.PacketType.PACKET_STAT).build());
            sender.answer();
            sound = true;
        } finally {
            if (!sound) {
                call.cancel("the files cannot be sent", null);
            }
        }
    }

    private void below(String directory) throws InterruptedException {
        List<String> all = new ArrayList<>(tree.names(directory));
        all.sort((a, b) ->
                Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
        for (String name : all) {
            String path = Finding.below(directory, name);
            SourceTree.Node node = tree.find(path).orElseThrow(() -> gone(path));
            if (node.type() == FileType.SOCKET || node.type() == FileType.UNKNOWN) {
                continue;
            }
            paths.add(path);
            send(Packet.newBuilder()
                    .setType(Packet.PacketType.PACKET_STAT)
                    .setStat(stat(path, node))
                    .build());
            if (node.type() == FileType.DIRECTORY) {
                below(path);
            }
        }
    }

    private static Unavailable gone(String path) {
        return new Unavailable("send " + path, "it is gone", "build again");
    }

    private Stat.Builder stat(String path, SourceTree.Node node) {
        String first =
                node.inode() == 0 || node.type() != FileType.REGULAR ? null : names.putIfAbsent(node.inode(), path);
        Stat.Builder stat = Stat.newBuilder()
                .setPath(ByteString.copyFromUtf8(path))
                .setMode(Listing.goMode(node))
                .setUid(node.uid())
                .setGid(node.gid())
                .setSize(node.size())
                .setModTime(node.modified().getEpochSecond() * 1_000_000_000L
                        + node.modified().getNano())
                .setLinkname(ByteString.copyFromUtf8(first == null ? node.link() : first))
                .setDevmajor(node.major())
                .setDevminor(node.minor());
        node.xattrs().forEach((key, value) -> stat.putXattrs(key, ByteString.copyFrom(value)));
        return stat;
    }

    private void answer() throws InterruptedException, IOException {
        while (true) {
            int id;
            synchronized (lock) {
                while (asked.isEmpty() && !finished && end == null) {
                    lock.wait();
                }
                failed();
                if (asked.isEmpty()) {
                    break;
                }
                id = asked.remove();
            }
            file(id);
        }
        call.sendMessage(
                Packet.newBuilder().setType(Packet.PacketType.PACKET_FIN).build());
        call.halfClose();
        synchronized (lock) {
            while (end == null) {
                lock.wait();
            }
            failed();
        }
    }

    private void failed() {
        Status status = end;
        if (!refusal.isEmpty() || (status != null && !status.isOk())) {
            String why = !refusal.isEmpty()
                    ? refusal
                    : status == null || status.getDescription() == null ? "it has left" : status.getDescription();
            throw new Unavailable("send files to the client", why, "look at the directory there");
        }
    }

    private void file(int id) throws InterruptedException, IOException {
        if (id < 0 || id >= paths.size()) {
            throw new Unavailable("send files to the client", "it asks for what is not there", "update the client");
        }
        String path = paths.get(id);
        try (InputStream in = tree.open(path)) {
            byte[] piece = new byte[PIECE];
            for (int n = in.read(piece); n > 0; n = in.read(piece)) {
                send(data(id, ByteString.copyFrom(piece, 0, n)));
            }
        }
        send(data(id, ByteString.EMPTY));
    }

    private static Packet data(int id, ByteString bytes) {
        return Packet.newBuilder()
                .setType(Packet.PacketType.PACKET_DATA)
                .setID(id)
                .setData(bytes)
                .build();
    }

    private void send(Packet packet) throws InterruptedException {
        synchronized (lock) {
            while (!call.isReady() && end == null && refusal.isEmpty()) {
                lock.wait();
            }
            failed();
        }
        call.sendMessage(packet);
    }

    @Override
    public void onMessage(Packet packet) {
        synchronized (lock) {
            switch (packet.getType()) {
                case PACKET_REQ -> asked.add(packet.getID());
                case PACKET_FIN -> finished = true;
                case PACKET_ERR -> refusal = packet.getData().toStringUtf8();
                case PACKET_STAT, PACKET_DATA, UNRECOGNIZED -> refusal = "it sent what nobody asked for";
            }
            lock.notifyAll();
        }
        call.request(1);
    }

    @Override
    public void onReady() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        synchronized (lock) {
            end = status;
            lock.notifyAll();
        }
    }
}
