package dev.gantry.engine.log.driver;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// Opens ways to receivers.
final class Dialer {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration FULL = Duration.ofMillis(5);

    /// EAGAIN, of which the JDK tells the words alone. In another language the first attempt is the last.
    private static final String FULL_QUEUE = "Resource temporarily unavailable";

    private final Linux linux;
    private final Duration patience;

    Dialer(Linux linux) {
        this(linux, PATIENCE);
    }

    /// `patience`: for a receiver that is there and does not answer.
    Dialer(Linux linux, Duration patience) {
        this.linux = linux;
        this.patience = patience;
    }

    /// `answered`: the caller reads what comes back; else an end that comes back is noticed at the next send.
    Wire dial(LogAddress to, @Nullable SSLContext tls, boolean answered) throws IOException {
        try {
            return switch (to.scheme()) {
                case "udp" -> new Datagrams(to);
                case "unixgram" -> new UnixDatagrams(to.path());
                case "unix" -> unix(to, answered);
                default -> tcp(to, tls, answered);
            };
        } catch (IOException e) {
            String why = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
            throw new IOException("dial " + to + ": connect: " + why, e);
        }
    }

    private Wire unix(LogAddress to, boolean answered) throws IOException {
        SocketChannel channel = connected(UnixDomainSocketAddress.of(to.path()));
        return new StreamWire(Channels.newInputStream(channel), Channels.newOutputStream(channel), channel, answered);
    }

    /// Without waiting in the kernel: a receiver that takes no more connections would hold its caller for ever. One
    /// that was not taken at once is not under way either, unlike one of TCP.
    private SocketChannel connected(UnixDomainSocketAddress to) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false);
                if (channel.connect(to)) {
                    channel.configureBlocking(true);
                    return channel;
                }
            } catch (IOException | RuntimeException e) {
                if (!FULL_QUEUE.equals(e.getMessage())) {
                    channel.close();
                    throw e;
                }
            }
            channel.close();
            if (System.nanoTime() - deadline > 0) {
                throw new SocketTimeoutException("connect timed out");
            }
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(FULL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private Wire tcp(LogAddress to, @Nullable SSLContext tls, boolean answered) throws IOException {
        Socket plain = new Socket();
        try {
            plain.setTcpNoDelay(true);
            plain.setKeepAlive(true);
            plain.connect(resolved(to), (int) patience.toMillis());
            Socket socket =
                    tls == null ? plain : tls.getSocketFactory().createSocket(plain, to.host(), to.port(), true);
            if (socket instanceof SSLSocket secret) {
                SSLParameters parameters = secret.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS"); // the certificate is of this very host
                secret.setSSLParameters(parameters);
                secret.setSoTimeout((int) patience.toMillis());
                secret.startHandshake();
                secret.setSoTimeout(0);
            }
            return new StreamWire(socket.getInputStream(), socket.getOutputStream(), socket, answered);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    private static SocketAddress resolved(LogAddress to) throws IOException {
        return new InetSocketAddress(InetAddress.getByName(to.host()), to.port());
    }

    private static final class Datagrams implements Wire {
        private final DatagramChannel channel;

        Datagrams(LogAddress to) throws IOException {
            channel = DatagramChannel.open();
            try {
                channel.connect(resolved(to));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        }

        @Override
        public void send(byte[] bytes) throws IOException {
            try {
                channel.write(ByteBuffer.wrap(bytes));
            } catch (java.net.PortUnreachableException e) {
                // Of an earlier one: nobody listens now. Datagrams ask for no more.
                channel.write(ByteBuffer.wrap(bytes));
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing waits in it.
            }
        }
    }

    private final class UnixDatagrams implements Wire {
        private final Fd socket;

        /// Guarded by this, and with it the use of the descriptor.
        private boolean closed;

        UnixDatagrams(String path) throws IOException {
            try {
                socket = linux.sockets().connectUnixDatagrams(path);
            } catch (LinuxError e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void send(byte[] bytes) throws IOException {
            try {
                while (!offered(bytes)) {
                    pause();
                }
            } catch (LinuxError e) {
                if (e.errno().equals(Errno.EMSGSIZE)) {
                    return; // more than its receiver takes at once: it would be refused for ever
                }
                throw new IOException(e.getMessage(), e);
            }
        }

        private synchronized boolean offered(byte[] bytes) throws IOException {
            if (closed) {
                throw new IOException("it is closed");
            }
            return linux.sockets().offer(socket, bytes);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                socket.close();
            }
        }
    }
}
