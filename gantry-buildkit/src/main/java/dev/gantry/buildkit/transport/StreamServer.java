package dev.gantry.buildkit.transport;

import io.netty.channel.AbstractServerChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;

/// Takes channels that it is given.
final class StreamServer extends AbstractServerChannel {
    private final ChannelConfig config = new LenientConfig(this);
    private volatile boolean open = true;
    private volatile boolean bound;

    /// On any thread.
    void take(StreamChannel channel) {
        eventLoop().execute(() -> {
            pipeline().fireChannelRead(channel);
            pipeline().fireChannelReadComplete();
        });
    }

    @Override
    protected void doBind(SocketAddress address) {
        bound = true;
    }

    @Override
    protected void doBeginRead() {}

    @Override
    protected void doClose() {
        open = false;
        bound = false;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return StreamAddress.HERE;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return bound;
    }
}
