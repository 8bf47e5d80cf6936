package dev.gantry.http;

import dev.gantry.api.system.ErrorMessage;
import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Caller;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One connection on the event loop: requests one after the other, each handed to an [Exchange] on a virtual thread.
/// All fields belong to the event loop.
final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /// How long a client may go on sending a body which nobody reads, after it was answered.
    private static final long LINGER_SECONDS = 2;

    private final RequestDecoder decoder;
    private final ApiHandler handler;
    private final Gate gate;
    private final ResponseHead heads;
    private final Memory memory;
    private @Nullable Exchange exchange;
    private final Peer peer;
    private boolean inputEnded;
    private boolean lingering;

    Connection(
            Channel channel, RequestDecoder decoder, ApiHandler handler, Gate gate, ResponseHead heads, Memory memory) {
        this.peer = new Peer(channel);
        this.decoder = decoder;
        this.handler = handler;
        this.gate = gate;
        this.heads = heads;
        this.memory = memory;
    }

    /// Who is at the other end. On any thread.
    Caller caller() {
        return peer.caller();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    /// Asks the socket for more, unless it has said that there is no more: then even asking is an error. Event loop
    /// only.
    void read(ChannelHandlerContext ctx) {
        if (!inputEnded) {
            ctx.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Exchange now = exchange;
        if (lingering) {
            // Only what an answered client still sends; it is told to stop by the close.
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request) {
            begin(ctx, request);
        } else if (message instanceof HttpContent content) {
            if (now == null) {
                content.release();
                return;
            }
            if (content.decoderResult().isFailure()) {
                now.body()
                        .fail("the request's body is malformed: "
                                + reason(content.decoderResult().cause()));
                content.release();
                return;
            }
            now.body().offer(content.content());
            if (content instanceof LastHttpContent) {
                now.body().end();
            }
        } else if (message instanceof ByteBuf raw && now != null) {
            now.body().offer(raw);
        } else {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        Exchange now = exchange;
        if (now == null || lingering || now.body().wantsMore()) {
            read(ctx);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
            Tls.refused(ctx, handshake.cause());
            return;
        }
        boolean end = event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS;
        if (end && !inputEnded) {
            inputEnded = true;
            Exchange now = exchange;
            if (now != null) {
                now.inputEnded();
            } else if (!lingering) {
                ctx.close();
            }
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.writabilityChanged();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.clientLeft("the connection is closed");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("connection=broken why={}", cause.toString());
        if (exchange != null) {
            exchange.clientLeft(String.valueOf(cause.getMessage()));
        }
        ctx.close();
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        String wrong = whatIsWrong(request);
        if (wrong != null) {
            ByteBuf out = ctx.alloc().directBuffer(512);
            var answer = (ApiResponse.Bytes) ApiResponse.json(400, new ErrorMessage(wrong));
            heads.whole(out, answer, false, false);
            lingering = true;
            ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        Exchange next = new Exchange(this, ctx, request, heads, memory);
        exchange = next;
        Thread.ofVirtual().name("request").start(() -> next.run(handler, gate));
    }

    /// After the answer. Event loop only.
    void finished(ChannelHandlerContext ctx, Exchange done, boolean keepAlive) throws Exception {
        done.body().close();
        exchange = null;
        if (!ctx.channel().isActive()) {
            return;
        }
        if (keepAlive && done.body().complete() && !inputEnded) {
            decoder.next(ctx.pipeline().context(decoder));
            if (exchange == null) {
                read(ctx);
            }
            return;
        }
        lingering = true;
        boolean slam = done.body().complete() || inputEnded;
        // The empty write ends after all before it: closing earlier would throw away what a slow client has not read.
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(_ -> {
            if (slam) {
                ctx.close();
            } else {
                linger(ctx);
            }
        });
    }

    /// The connection carries raw bytes from here on. Event loop only.
    void takeOver(ChannelHandlerContext ctx, Exchange taken) {
        taken.reopenBody();
        ctx.pipeline().remove(decoder);
        if (inputEnded) {
            taken.body().end();
        }
        read(ctx);
    }

    /// The client may still be sending: it reads its answer only if we do not slam the door on its bytes.
    private void linger(ChannelHandlerContext ctx) {
        HalfClose.ofOutput(ctx.channel());
        ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        read(ctx);
    }

    private static @Nullable String whatIsWrong(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return "malformed HTTP request: " + reason(request.decoderResult().cause());
        }
        if (request.protocolVersion().majorVersion() != 1) {
            return "unsupported protocol version " + request.protocolVersion();
        }
        int hosts = request.headers().getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1) {
            return "malformed HTTP request: more than one Host";
        }
        if (hosts == 0 && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return "missing required Host header";
        }
        if (request.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING).size() > 1) {
            return "malformed HTTP request: more than one Transfer-Encoding";
        }
        String coding = request.headers().get(HttpHeaderNames.TRANSFER_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("chunked")) {
            return "unsupported transfer encoding: " + coding;
        }
        if (coding != null && request.headers().contains(HttpHeaderNames.CONTENT_LENGTH)) {
            return "malformed HTTP request: both Content-Length and Transfer-Encoding";
        }
        if (!request.uri().startsWith("/")) {
            return "malformed HTTP request: the target is not a path";
        }
        if (request.uri().indexOf('#') >= 0) {
            return "malformed HTTP request: the target has a fragment";
        }
        return null;
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return message == null
                ? cause.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
