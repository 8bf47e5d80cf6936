package dev.gantry.buildkit.control;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import moby.buildkit.v1.StatusResponse;
import moby.buildkit.v1.VertexLog;
import org.jspecify.annotations.Nullable;

/// What is told of a build, for any number of readers who each begin at its beginning. What a program writes in small
/// pieces is kept in large ones.
final class Story {
    /// What a message or piece takes of the memory besides its bytes.
    private static final int COST = 400;

    /// Of one piece, and of what a reader gets at once.
    private static final int PIECE = 256 << 10;

    /// What comes later than this after the beginning of a piece is another: a piece has one time.
    private static final Duration TOGETHER = Duration.ofSeconds(1);

    /// Guarded by this, which is notified of each change.
    private final List<Part> parts = new ArrayList<>();

    private long cost;
    private boolean ended;

    private sealed interface Part {}

    private record Message(StatusResponse told) implements Part {}

    private static final class Output implements Part {
        final String vertex;
        final int stream;
        final Instant begun;
        Instant last;
        byte[] bytes;
        int length;

        Output(String vertex, int stream, Instant at) {
            this.vertex = vertex;
            this.stream = stream;
            this.begun = at;
            this.last = at;
            this.bytes = new byte[0];
        }

        boolean takes(String otherVertex, int otherStream, int more, Instant at) {
            return vertex.equals(otherVertex)
                    && stream == otherStream
                    && length + more <= PIECE
                    && at.isBefore(begun.plus(TOGETHER));
        }

        void add(byte[] more, Instant at) {
            if (length + more.length > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(length + more.length, Math.min(2 * bytes.length, PIECE)));
            }
            System.arraycopy(more, 0, bytes, length, more.length);
            length += more.length;
            last = at;
        }

        VertexLog from(int offset) {
            return VertexLog.newBuilder()
                    .setVertex(vertex)
                    .setStream(stream)
                    .setTimestamp(Progress.stamp(last))
                    .setMsg(ByteString.copyFrom(bytes, offset, length - offset))
                    .build();
        }
    }

    /// How far somebody has read.
    ///
    /// @param offset in the part `index`
    record Place(int index, int offset) {
        static final Place START = new Place(0, 0);
    }

    /// @param next where to go on; null: nothing more comes
    record Chapter(StatusResponse told, @Nullable Place next) {}

    synchronized void add(StatusResponse message) {
        parts.add(new Message(message));
        cost += COST + message.getSerializedSize();
        notifyAll();
    }

    synchronized void output(String vertex, int stream, byte[] bytes, Instant at) {
        Part end = parts.isEmpty() ? null : parts.getLast();
        Output output;
        if (end instanceof Output last && last.takes(vertex, stream, bytes.length, at)) {
            output = last;
        } else {
            output = new Output(vertex, stream, at);
            parts.add(output);
            cost += COST;
        }
        output.add(bytes, at);
        cost += bytes.length;
        notifyAll();
    }

    /// What it takes of the memory, about.
    synchronized long cost() {
        return cost;
    }

    /// Nothing more comes.
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /// From there on as much as fits into a message; waits for it.
    synchronized Chapter after(Place place) throws InterruptedException {
        while (!ended && !more(place)) {
            wait();
        }
        if (!more(place)) {
            return new Chapter(StatusResponse.getDefaultInstance(), null);
        }
        StatusResponse.Builder told = StatusResponse.newBuilder();
        int size = 0;
        int offset = place.offset();
        int index = place.index();
        for (; index < parts.size() && size < PIECE; index++) {
            switch (parts.get(index)) {
                case Message message -> {
                    told.mergeFrom(message.told());
                    size += message.told().getSerializedSize();
                }
                case Output output -> {
                    if (output.length > offset) {
                        told.addLogs(output.from(offset));
                        size += output.length - offset;
                    }
                    if (index == parts.size() - 1) {
                        return new Chapter(told.build(), new Place(index, output.length));
                    }
                }
            }
            offset = 0;
        }
        return new Chapter(told.build(), new Place(index, 0));
    }

    private boolean more(Place place) {
        return place.index() < parts.size() - 1
                || (place.index() == parts.size() - 1
                        && !(parts.getLast() instanceof Output output && output.length == place.offset()));
    }
}
