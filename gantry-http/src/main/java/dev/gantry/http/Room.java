package dev.gantry.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// How many connections a server has at a time. Further ones wait in the backlog of their socket until another ends, so
/// that clients never take the last descriptors of the process: what serves them needs some.
@ChannelHandler.Sharable
final class Room extends ChannelInboundHandlerAdapter {
    private final int most;
    private final AtomicInteger taken = new AtomicInteger();
    private final Set<Channel> listeners = ConcurrentHashMap.newKeySet();

    Room(int most) {
        this.most = most;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        listeners.add(ctx.channel());
    }

    /// A connection that was accepted.
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object connection) {
        if (taken.incrementAndGet() >= most) {
            ctx.channel().config().setAutoRead(false);
        }
        ((Channel) connection).closeFuture().addListener(_ -> {
            taken.decrementAndGet();
            listeners.forEach(listener -> listener.config().setAutoRead(true));
        });
        ctx.fireChannelRead(connection);
    }
}
