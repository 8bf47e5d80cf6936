package dev.gantry.api.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// Dials over the JDK's socket channels.
public record SocketDialer(EngineAddress engine) implements Dialer {
    @Override
    public Duplex dial() throws IOException {
        return switch (engine) {
            case EngineAddress.Unix(String path) -> unix(path);
            case EngineAddress.Tcp(String host, int port) -> tcp(host, port);
            case EngineAddress.Ssh ssh -> throw new IOException(ssh + " is no socket of this host");
        };
    }

    @Override
    public String address() {
        return engine.toString();
    }

    private static Duplex unix(String path) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new ChannelDuplex(channel);
    }

    private static Duplex tcp(String host, int port) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.connect(new InetSocketAddress(host, port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (java.nio.channels.UnresolvedAddressException e) {
            channel.close();
            throw new IOException("the name " + host + " has no address", e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new ChannelDuplex(channel);
    }

    /// Streams of our own over a channel: those of `Channels` take one lock for both directions.
    private static final class ChannelDuplex implements Duplex {
        private final SocketChannel channel;
        private final InputStream in;
        private final OutputStream out;

        ChannelDuplex(SocketChannel channel) {
            this.channel = channel;
            this.in = new ChannelInput(channel);
            this.out = new ChannelOutput(channel);
        }

        @Override
        public InputStream in() {
            return in;
        }

        @Override
        public OutputStream out() {
            return out;
        }

        @Override
        public void shutdownOutput() throws IOException {
            channel.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class ChannelInput extends InputStream {
        private final SocketChannel channel;

        ChannelInput(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return length == 0 ? 0 : channel.read(ByteBuffer.wrap(bytes, offset, length));
        }
    }

    private static final class ChannelOutput extends OutputStream {
        private final SocketChannel channel;

        ChannelOutput(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }
}
