package dev.gantry.http;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/// Netty's epoll, made to survive a half-closed connection. When a channel wants no events for a moment, as it does
/// after the end of its input, Netty 4.2.17 takes the descriptor out of epoll, but remembers it as being in: the next
/// write that has to wait fails. Here it stays in, asked for nothing; edge-triggered, so that the hang-up which the
/// kernel
/// always reports comes once.
final class HalfCloseIoHandler implements IoHandler {
    private static final IoOps NOTHING = EpollIoOps.EPOLLET;

    private final IoHandler epoll;

    private HalfCloseIoHandler(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory factory() {
        IoHandlerFactory epoll = EpollIoHandler.newFactory();
        return executor -> new HalfCloseIoHandler(epoll.newHandler(executor));
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        IoRegistration in = epoll.register(handle);
        return new IoRegistration() {
            @Override
            public <T> T attachment() {
                return in.attachment();
            }

            @Override
            public long submit(IoOps ops) {
                return in.submit(EpollIoOps.NONE.equals(ops) ? NOTHING : ops);
            }

            @Override
            public boolean isValid() {
                return in.isValid();
            }

            @Override
            public boolean cancel() {
                return in.cancel();
            }
        };
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return epoll.isCompatible(type);
    }
}
