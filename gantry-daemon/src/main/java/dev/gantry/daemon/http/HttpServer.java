package dev.gantry.daemon.http;

import dev.gantry.docker.ApiHandler;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// An HTTP/1.1 server on any number of sockets, all answered by one handler.
///
/// ```java
/// try (var server = new HttpServer(handler, Map.of("Server", "Gantry"), Clock.systemUTC())) {
///     server.listen(Path.of("/run/gantry.sock"));
/// }
/// ```
public final class HttpServer implements AutoCloseable {
    private final EventLoopGroup loops;
    private final ChannelGroup open;
    private final ApiHandler handler;
    private final Gate gate;
    private final ResponseHead heads;

    /// One that lets everything pass.
    public HttpServer(ApiHandler handler, Map<String, String> always, Clock clock) {
        this(handler, Gate.OPEN, always, clock);
    }

    /// `always` are header fields of every answer.
    public HttpServer(ApiHandler handler, Gate gate, Map<String, String> always, Clock clock) {
        this.handler = handler;
        this.gate = gate;
        this.heads = new ResponseHead(clock, always);
        this.loops = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("http", true), HalfCloseIoHandler.factory());
        this.open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    }

    /// Binds a Unix socket. The path must be free: whoever owns the lock removes what a crash left behind.
    public void listen(Path socket) throws IOException {
        bind(bootstrap().channel(EpollServerDomainSocketChannel.class), new DomainSocketAddress(socket.toFile()));
    }

    /// Binds a TCP socket, and says which port it got.
    public int listen(InetSocketAddress address) throws IOException {
        Channel channel = bind(
                bootstrap().channel(EpollServerSocketChannel.class).option(ChannelOption.SO_REUSEADDR, true), address);
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    private ServerBootstrap bootstrap() {
        return new ServerBootstrap()
                .group(loops)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(128 << 10, 512 << 10))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        RequestDecoder decoder = new RequestDecoder();
                        channel.pipeline().addLast(decoder, new Connection(channel, decoder, handler, gate, heads));
                        open.add(channel);
                    }
                });
    }

    private Channel bind(ServerBootstrap bootstrap, SocketAddress address) throws IOException {
        var bound = bootstrap.bind(address).awaitUninterruptibly();
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
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
