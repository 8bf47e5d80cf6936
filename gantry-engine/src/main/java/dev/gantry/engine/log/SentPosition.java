package dev.gantry.engine.log;

import dev.gantry.base.Internal;
import dev.gantry.runtime.watch.LogPosition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// How far a log has been sent, in a file beside it. It is written in one call, so that no end of this process leaves
/// half of it; one of power may leave an older one, and then some is sent again.
final class SentPosition implements AutoCloseable {
    private static final int LENGTH = 40;

    private final FileChannel channel;

    private SentPosition(FileChannel channel) {
        this.channel = channel;
    }

    static SentPosition beside(Path log) {
        Path file = log.resolveSibling(log.getFileName() + ".sent");
        try {
            return new SentPosition(FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new Internal("open " + file, String.valueOf(e.getMessage()), "look at the disk of the data root", e);
        }
    }

    LogPosition read() throws IOException {
        ByteBuffer text = ByteBuffer.allocate(LENGTH);
        channel.read(text, 0);
        String[] words = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII)
                .strip()
                .split(" ");
        try {
            return words.length == 2
                    ? new LogPosition(Long.parseLong(words[0]), Long.parseLong(words[1]))
                    : LogPosition.START;
        } catch (NumberFormatException e) {
            return LogPosition.START;
        }
    }

    void write(LogPosition position) throws IOException {
        String text = String.format("%019d %019d\n", position.generation(), position.offset());
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // What was written is written.
        }
    }
}
