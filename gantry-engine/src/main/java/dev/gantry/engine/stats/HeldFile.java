package dev.gantry.engine.stats;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;

/// A file of the kernel, opened once and read from its beginning each time. One that is not there reads as empty.
final class HeldFile implements AutoCloseable {
    private static final int FIRST = 4096;

    private final Optional<FileChannel> channel;
    private ByteBuffer buffer = ByteBuffer.allocate(FIRST);

    private HeldFile(Optional<FileChannel> channel) {
        this.channel = channel;
    }

    static HeldFile open(Path file) throws IOException {
        try {
            return new HeldFile(Optional.of(FileChannel.open(file, StandardOpenOption.READ)));
        } catch (NoSuchFileException e) {
            return new HeldFile(Optional.empty());
        }
    }

    String text() throws IOException {
        if (channel.isEmpty()) {
            return "";
        }
        buffer.clear();
        while (channel.get().read(buffer, buffer.position()) > 0) {
            if (!buffer.hasRemaining()) {
                ByteBuffer larger = ByteBuffer.allocate(buffer.capacity() * 2);
                larger.put(buffer.flip());
                buffer = larger;
            }
        }
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    }

    /// Empty when it holds none, as in `max`.
    OptionalLong number() throws IOException {
        String text = text().strip();
        return text.isEmpty() || !text.chars().allMatch(Character::isDigit)
                ? OptionalLong.empty()
                : OptionalLong.of(Numbers.parse(text));
    }

    @Override
    public void close() {
        try {
            if (channel.isPresent()) {
                channel.get().close();
            }
        } catch (IOException e) {
            // A file of the kernel that was read: there is nothing to lose.
        }
    }
}
