package dev.gantry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/// A request as bytes, which no client of ours would send; and archives of which the same is true.
final class RawRequest {
    private static final int ENOUGH = 1 << 20;
    private static final int BLOCK = 512;

    private RawRequest() {}

    /// @param route method and path
    /// @param headers further ones, with line ends between them
    static byte[] head(String route, String type, String headers) {
        int space = route.indexOf(' ');
        return (route.substring(0, space) + " /v1.50" + route.substring(space + 1)
                        + " HTTP/1.1\r\nHost: d\r\nConnection: close\r\nContent-Type: " + type + "\r\n" + headers
                        + "\r\n\r\n")
                .getBytes(ISO_8859_1);
    }

    /// What is answered to a request with this body.
    static String ask(Path socket, String route, String type, byte[] body) throws IOException {
        return ask(socket, head(route, type, "Content-Length: " + body.length), body, 1, new byte[0]);
    }

    /// What is answered to who sends the second part so many times, or until nobody listens any more.
    static String ask(Path socket, byte[] head, byte[] body, int times, byte[] end) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            Thread sending = Thread.startVirtualThread(() -> {
                try {
                    write(channel, head);
                    for (int i = 0; i < times; i++) {
                        write(channel, body);
                    }
                    write(channel, end);
                } catch (IOException e) {
                    return; // it has heard enough
                }
            });
            String said = read(channel);
            channel.close();
            sending.join();
            return said;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        for (ByteBuffer rest = ByteBuffer.wrap(bytes); rest.hasRemaining(); ) {
            channel.write(rest);
        }
    }

    private static String read(SocketChannel channel) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteBuffer block = ByteBuffer.allocate(16 << 10);
        try {
            while (said.size() < ENOUGH && channel.read(block.clear()) >= 0) {
                said.write(block.array(), 0, block.position());
            }
        } catch (IOException e) {
            assertThat(said.size()).as("broken off: " + e).isPositive();
        }
        return said.toString(ISO_8859_1);
    }

    /// The head of an entry. POSIX.1-2017 pax §"ustar Interchange Format".
    static byte[] entry(char type, String name, String link, long size) {
        byte[] block = new byte[BLOCK];
        put(block, 0, name);
        put(block, 100, "0000644");
        put(block, 108, "0000000");
        put(block, 116, "0000000");
        put(block, 124, "%011o".formatted(size));
        put(block, 136, "00000000000");
        put(block, 148, "        ");
        block[156] = (byte) type;
        put(block, 157, link);
        put(block, 257, "ustar");
        put(block, 263, "00");
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, "%06o".formatted(sum));
        block[154] = 0;
        return block;
    }

    /// A whole entry, with what is in it.
    static byte[] file(String name, String content) {
        var all = new ByteArrayOutputStream();
        byte[] bytes = content.getBytes(ISO_8859_1);
        all.writeBytes(entry('0', name, "", bytes.length));
        all.writeBytes(bytes);
        all.writeBytes(new byte[(BLOCK - bytes.length % BLOCK) % BLOCK]);
        return all.toByteArray();
    }

    static byte[] archive(byte[]... entries) {
        var all = new ByteArrayOutputStream();
        for (byte[] entry : entries) {
            all.writeBytes(entry);
        }
        all.writeBytes(new byte[2 * BLOCK]);
        return all.toByteArray();
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }
}
