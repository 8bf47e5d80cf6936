package dev.gantry.http;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.gantry.docker.ApiHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// An HTTP/1.1 server on any number of sockets, all answered by one handler.
///
/// ```java
/// try (var server = new HttpServer(handler, Map.of("Server", "Gantry"), Clock.systemUTC())) {
///     server.listen(Path.of("/run/gantry.sock"));
/// }
/// ```
public final class HttpServer implements AutoCloseable {
    private final EventLoopGroup loops;

    /// Guarded by this object. The arithmetic of a handshake takes milliseconds, which clients of other sockets do not
    /// wait for. It is not done elsewhere meanwhile: the end of a socket would overtake what came before.
    private @Nullable EventLoopGroup loopsOfTls;

    private final ChannelGroup open;
    private final ApiHandler handler;
    private final Gate gate;
    private final ResponseHead heads;
    private final Room room;
    private final Memory memory;
    private final Duration silence;

    /// One that lets everything pass.
    public HttpServer(ApiHandler handler, Map<String, String> always, Clock clock) {
        this(handler, Gate.OPEN, always, clock, Integer.MAX_VALUE);
    }

    /// `always` are header fields of every answer; `most` connections are served at a time, and further ones wait.
    public HttpServer(ApiHandler handler, Gate gate, Map<String, String> always, Clock clock, int most) {
        this(handler, gate, always, clock, most, Duration.ZERO);
    }

    /// `silence` is how long a client may send nothing before its connection is closed; zero: as long as it likes. It
    /// is for servers whose answers are short: one who only listens for longer is cut off too.
    public HttpServer(
            ApiHandler handler, Gate gate, Map<String, String> always, Clock clock, int most, Duration silence) {
        this(
                handler,
                gate,
                always,
                clock,
                most,
                silence,
                Memory.ofHeap(Runtime.getRuntime().maxMemory()));
    }

    /// With this memory for documents.
    HttpServer(ApiHandler handler, Memory memory, Map<String, String> always, Clock clock) {
        this(handler, Gate.OPEN, always, clock, Integer.MAX_VALUE, Duration.ZERO, memory);
    }

    private HttpServer(
            ApiHandler handler,
            Gate gate,
            Map<String, String> always,
            Clock clock,
            int most,
            Duration silence,
            Memory memory) {
        this.memory = memory;
        this.silence = silence;
        this.room = new Room(most);
        this.handler = handler;
        this.gate = gate;
        this.heads = new ResponseHead(clock, always);
        this.loops = loops("http");
        this.open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    }

    /// Binds a Unix socket. The path must be free: whoever owns the lock removes what a crash left behind.
    public void listen(Path socket) throws IOException {
        bind(
                bootstrap(Tls.NONE).channel(EpollServerDomainSocketChannel.class),
                new DomainSocketAddress(socket.toFile()));
    }

    /// Binds a TCP socket without encryption, and says which port it got.
    public int listen(InetSocketAddress address) throws IOException {
        return listen(address, Tls.NONE);
    }

    /// Binds a TCP socket, and says which port it got.
    public int listen(InetSocketAddress address, Tls tls) throws IOException {
        Channel channel = bind(
                bootstrap(tls).channel(EpollServerSocketChannel.class).option(ChannelOption.SO_REUSEADDR, true),
                address);
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /// Takes connections of a socket that somebody else bound and listens with. `tls` is for one of TCP.
    public void adopt(InheritedSocket socket, Tls tls) throws IOException {
        int fd = socket.descriptor();
        // One that is said to be inactive waits for a bind, and is never asked for connections.
        ChannelFactory<ServerChannel> listening = () -> new EpollServerDomainSocketChannel(fd, true);
        ServerBootstrap bootstrap = switch (socket.kind()) {
            case UNIX -> bootstrap(Tls.NONE).channelFactory(listening);
            case TCP ->
                bootstrap(tls).channelFactory((ChannelFactory<ServerChannel>) () -> new EpollServerSocketChannel(fd));
        };
        opened(bootstrap.register().awaitUninterruptibly(), "descriptor " + fd);
    }

    private ServerBootstrap bootstrap(Tls tls) {
        return new ServerBootstrap()
                .group(loops, tls.isNone() ? loops : loopsOfTls())
                .handler(room)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(128 << 10, 512 << 10))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (silence.isPositive()) {
                            channel.pipeline().addLast(new ReadTimeoutHandler(silence.toMillis(), MILLISECONDS));
                        }
                        tls.secure(channel);
                        RequestDecoder decoder = new RequestDecoder();
                        channel.pipeline()
                                .addLast(decoder, new Connection(channel, decoder, handler, gate, heads, memory));
                        open.add(channel);
                    }
                });
    }

    private synchronized EventLoopGroup loopsOfTls() {
        EventLoopGroup made = loopsOfTls;
        if (made == null) {
            made = loops("https");
            loopsOfTls = made;
        }
        return made;
    }

    private static EventLoopGroup loops(String name) {
        return new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), HalfCloseIoHandler.factory());
    }

    private Channel bind(ServerBootstrap bootstrap, SocketAddress address) throws IOException {
        return opened(bootstrap.bind(address).awaitUninterruptibly(), address.toString());
    }

    private Channel opened(ChannelFuture bound, String address) throws IOException {
        Throwable cause = bound.cause();
        if (cause != null) {
            throw new IOException("bind " + address + ": " + cause.getMessage(), cause);
        }
        open.add(bound.channel());
        return bound.channel();
    }

    /// Closes all sockets and ends the event loop; requests in flight see their client leave.
    @Override
    public void close() {
        open.close().awaitUninterruptibly(2, TimeUnit.SECONDS);
        end(loops);
        synchronized (this) {
            if (loopsOfTls != null) {
                end(loopsOfTls);
            }
        }
    }

    private static void end(EventLoopGroup group) {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
