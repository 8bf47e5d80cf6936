package dev.gantry.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/// Decodes one request and then stops: what the client sent after it stays undecoded until the answer is complete,
/// or is handed on raw when the connection is taken over. So pipelined requests are answered one by one, and bytes
/// that follow an upgrade are never read as a request.
///
/// Of two ways to find a body's end it takes none: a request with both a length and a transfer encoding, with two
/// lengths, or with bare line feeds is malformed (RFC 9112 §6.3, §2.2).
final class RequestDecoder extends HttpRequestDecoder {
    private boolean stopped;

    RequestDecoder() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(64 << 10)
                .setMaxHeaderSize(128 << 10)
                .setMaxChunkSize(64 << 10)
                .setStrictLineParsing(true)
                .setAllowDuplicateContentLengths(false)
                .setUseRfc9112TransferEncoding(true)
                .setValidateHeaders(true));
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (stopped) {
            return;
        }
        super.decode(ctx, in, out);
        if (!out.isEmpty() && out.getLast() instanceof LastHttpContent) {
            stopped = true;
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!stopped) {
            super.decodeLast(ctx, in, out);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        boolean end = event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete;
        if (stopped && end) {
            // The usual way would throw away what is not decoded yet; a takeover still wants it.
            ctx.fireUserEventTriggered(event);
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding are present");
    }

    /// Goes on with the next request, whose beginning may have come already. Only on the event loop.
    void next(ChannelHandlerContext ctx) throws Exception {
        stopped = false;
        channelRead(ctx, Unpooled.EMPTY_BUFFER);
    }
}
