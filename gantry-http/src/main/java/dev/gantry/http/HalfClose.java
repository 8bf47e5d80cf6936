package dev.gantry.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/// The end of what we send, while we still listen.
final class HalfClose {
    private HalfClose() {}

    /// Comes after all that was written before. By TLS the end is said in words of its own first (RFC 8446 §6.1), or
    /// the other side would take it for an attack.
    static ChannelFuture ofOutput(Channel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls == null) {
            return shutdown(channel);
        }
        return tls.closeOutbound().addListener(_ -> shutdown(channel));
    }

    private static ChannelFuture shutdown(Channel channel) {
        return channel instanceof DuplexChannel duplex ? duplex.shutdownOutput() : channel.newSucceededFuture();
    }
}
