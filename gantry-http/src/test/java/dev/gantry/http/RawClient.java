package dev.gantry.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A client that sends exactly the bytes it is told to.
final class RawClient implements AutoCloseable {
    final SocketChannel channel;

    RawClient(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
    }

    RawClient send(String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        return this;
    }

    RawClient endOfInput() throws IOException {
        channel.shutdownOutput();
        return this;
    }

    /// All bytes until `end` has come.
    String until(String end) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (channel.read(one.clear()) == 1) {
            all.write(one.get(0));
            if (one.get(0) == end.charAt(end.length() - 1)
                    && all.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
                break;
            }
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    /// All bytes to the end of the connection.
    String rest() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer block = ByteBuffer.allocate(64 << 10);
        while (channel.read(block.clear()) >= 0) {
            all.write(block.array(), 0, block.position());
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
