package dev.gantry.http;

import dev.gantry.api.system.ErrorMessage;
import dev.gantry.base.GantryException;
import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.Query;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One request and its answer, on a virtual thread of its own; the event loop only feeds it.
final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final Connection connection;
    private final ChannelHandlerContext ctx;
    private final Channel channel;
    private final HttpRequest request;
    private final ResponseHead heads;
    private final Memory memory;
    private final boolean keepAlive;
    private final boolean hasBody;

    /// Replaced once, at a takeover, on the event loop.
    private volatile RequestBody body;

    private volatile @Nullable SocketOutput output;

    /// Of the memory for documents. Virtual thread only.
    private long kept;

    /// The connection was taken over. Event loop only.
    private boolean taken;

    /// Guards `worker` and `left`: an interrupt reaches the writer of a stream, and never what comes after it.
    private final Object interruption = new Object();

    private @Nullable Thread worker;
    private boolean left;

    Exchange(Connection connection, ChannelHandlerContext ctx, HttpRequest request, ResponseHead heads, Memory memory) {
        this.connection = connection;
        this.ctx = ctx;
        this.channel = ctx.channel();
        this.request = request;
        this.heads = heads;
        this.memory = memory;
        this.keepAlive = HttpUtil.isKeepAlive(request);
        this.hasBody = HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0;
        boolean wantsInvitation = HttpUtil.is100ContinueExpected(request);
        this.body = new RequestBody(this::readMore, wantsInvitation ? this::invite : null);
    }

    RequestBody body() {
        return body;
    }

    /// Answers. On the virtual thread.
    void run(ApiHandler handler, Gate gate) {
        long begin = System.nanoTime();
        ApiResponse answer;
        try {
            answer = gate.pass(apiRequest(), this::head, handler);
        } catch (GantryException e) {
            answer = ApiResponse.json(400, new ErrorMessage(e.getMessage() == null ? "" : e.getMessage()));
        } catch (RuntimeException | Error e) {
            LOG.error("request={} {} failed", request.method(), request.uri(), e);
            answer = ApiResponse.json(500, new ErrorMessage("internal error: " + e));
        } finally {
            if (kept > 0) {
                memory.giveBack(kept);
            }
        }
        switch (answer) {
            case ApiResponse.Bytes bytes -> whole(bytes);
            case ApiResponse.Empty empty -> empty(empty);
            case ApiResponse.Stream stream -> stream(stream);
            case ApiResponse.Hijack hijack -> hijack(hijack);
            case ApiResponse.Upgrade upgrade -> upgrade(upgrade);
            case ApiResponse.WebSocket socket -> webSocket(socket);
        }
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "method={} uri={} kind={} micros={}",
                    request.method(),
                    request.uri(),
                    answer.getClass().getSimpleName(),
                    (System.nanoTime() - begin) / 1000);
        }
    }

    /// The client sends no more. For a stream that means it has gone, as Docker's own server takes it. Event loop only.
    void inputEnded() {
        if (taken) {
            body.end();
        } else if (body.complete()) {
            interruptStream();
        } else {
            body.fail("the client ended the connection in the middle of the request's body");
        }
    }

    /// Event loop only.
    void clientLeft(String why) {
        body.fail(why);
        SocketOutput out = output;
        if (out != null) {
            out.fail(why);
        }
        interruptStream();
    }

    void writabilityChanged() {
        SocketOutput out = output;
        if (out != null) {
            out.writabilityChanged();
        }
    }

    /// Event loop only.
    void reopenBody() {
        taken = true;
        body.close();
        body = new RequestBody(this::readMore, null);
    }

    private ApiRequest apiRequest() {
        String uri = request.uri();
        int mark = uri.indexOf('?');
        String path = mark < 0 ? uri : uri.substring(0, mark);
        Query query = mark < 0 ? Query.NONE : Query.parse(uri.substring(mark + 1));
        HttpHeaders headers = request.headers();
        return new ApiRequest(
                request.method().name(),
                decodePath(path),
                query,
                headers::get,
                body,
                connection::caller,
                this::keep,
                false);
    }

    private void keep(int bytes) {
        memory.take(bytes);
        kept += bytes;
    }

    private Gate.Head head() {
        String uri = request.uri();
        int mark = uri.indexOf('?');
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        request.headers().forEach(h -> headers.putIfAbsent(h.getKey(), h.getValue()));
        return new Gate.Head(mark < 0 ? "" : uri.substring(mark), headers, hasBody);
    }

    private void whole(ApiResponse.Bytes answer) {
        ByteBuf out = channel.alloc().directBuffer(512 + answer.body().length);
        boolean keeps = keepsAlive();
        heads.whole(out, answer, isHead(), keeps);
        finish(out, keeps);
    }

    private void empty(ApiResponse.Empty answer) {
        ByteBuf out = channel.alloc().directBuffer(512);
        boolean keeps = keepsAlive();
        heads.empty(out, answer.status(), keeps);
        finish(out, keeps);
    }

    /// Whether another request may follow: what the handler left of the body must have come, and be little.
    private boolean keepsAlive() {
        return keepAlive && (!hasBody || body.settle());
    }

    private boolean isHead() {
        return request.method().name().equals("HEAD");
    }

    private void stream(ApiResponse.Stream answer) {
        boolean chunked = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        ByteBuf head = channel.alloc().directBuffer(512);
        heads.stream(head, answer, chunked, chunked && keepAlive);
        channel.writeAndFlush(head);
        if (isHead()) {
            finish(null, keepAlive);
            return;
        }
        SocketOutput out = new SocketOutput(channel, chunked);
        output = out;
        boolean sound = false;
        enterStream();
        try {
            answer.writer().write(out);
            sound = true;
        } catch (IOException e) {
            LOG.debug("stream={} ended why={}", request.uri(), e.getMessage());
        } catch (RuntimeException | Error e) {
            if ((hasLeft() || out.isBroken()) && isEndedByLeaving(e)) {
                LOG.debug("stream={} ended why={}", request.uri(), e.getMessage());
            } else {
                LOG.error("stream={} failed", request.uri(), e);
            }
        } finally {
            leaveStream();
        }
        try {
            if (sound) {
                out.close();
            }
        } catch (IOException e) {
            sound = false;
        }
        out.drop();
        // A stream that broke off must not look complete: without its end mark the connection cannot be used again.
        finish(null, sound && chunked && keepAlive);
    }

    /// Whether the client's leaving is what ended it, and not something else meanwhile: an interrupt, or a write that
    /// could not be done.
    static boolean isEndedByLeaving(Throwable e) {
        for (Throwable at = e; at != null; at = at.getCause()) {
            if (at instanceof InterruptedException
                    || at instanceof InterruptedIOException
                    || at instanceof ClosedByInterruptException
                    || at instanceof SocketOutput.ClientLeft) {
                return true;
            }
        }
        return false;
    }

    private void hijack(ApiResponse.Hijack answer) {
        ApiResponse.Taker taker = answer.begin().begin();
        ByteBuf head = channel.alloc().directBuffer(512);
        heads.takeover(head, answer.contentType(), request.headers().contains(HttpHeaderNames.UPGRADE));
        takeOver(head, taker);
    }

    private void upgrade(ApiResponse.Upgrade answer) {
        ByteBuf head = channel.alloc().directBuffer(512);
        heads.upgrade(head, answer.protocol());
        takeOver(head, answer.taker());
    }

    private void webSocket(ApiResponse.WebSocket answer) {
        ByteBuf head = channel.alloc().directBuffer(512);
        heads.webSocket(head, answer.accept());
        takeOver(head, answer.taker());
    }

    private void takeOver(ByteBuf head, ApiResponse.Taker taker) {
        SocketOutput out = new SocketOutput(channel, false);
        output = out;
        // The decoder goes before the head is sent, so that no byte sent in answer to it can be taken for a request.
        ctx.executor().submit(() -> connection.takeOver(ctx, this)).awaitUninterruptibly();
        ChannelFuture sent = channel.writeAndFlush(head);
        if (HeadReading.isNeeded(request.headers().get(HttpHeaderNames.USER_AGENT))) {
            sent.awaitUninterruptibly();
            HeadReading.await(channel);
        }
        try {
            taker.take(duplex(out));
            out.flush();
        } catch (IOException e) {
            LOG.debug("takeover={} ended why={}", request.uri(), e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("takeover={} failed", request.uri(), e);
        }
        out.drop();
        finish(null, false);
    }

    private ApiResponse.Duplex duplex(SocketOutput out) {
        InputStream in = body;
        return new ApiResponse.Duplex() {
            @Override
            public InputStream input() {
                return in;
            }

            @Override
            public OutputStream output() {
                return out;
            }

            @Override
            public void closeOutput() throws IOException {
                out.flush();
                HalfClose.ofOutput(channel);
            }
        };
    }

    /// Sends the last bytes and gives the connection back, in one step of the event loop.
    private void finish(@Nullable ByteBuf last, boolean reuse) {
        if (ctx.executor().isShuttingDown()) {
            ReferenceCountUtil.release(last);
            return;
        }
        ctx.executor().execute(() -> {
            if (last != null) {
                channel.writeAndFlush(last);
            }
            try {
                connection.finished(ctx, this, reuse);
            } catch (Exception e) {
                ctx.pipeline().fireExceptionCaught(e);
            }
        });
    }

    private void enterStream() {
        synchronized (interruption) {
            worker = Thread.currentThread();
            if (left) {
                worker.interrupt();
            }
        }
    }

    private void leaveStream() {
        synchronized (interruption) {
            worker = null;
            Thread.interrupted();
        }
    }

    private boolean hasLeft() {
        synchronized (interruption) {
            return left;
        }
    }

    private void interruptStream() {
        synchronized (interruption) {
            left = true;
            if (worker != null) {
                worker.interrupt();
            }
        }
    }

    private void readMore() {
        ctx.executor().execute(() -> connection.read(ctx));
    }

    private void invite() {
        ByteBuf out = channel.alloc().directBuffer(32);
        ResponseHead.invitation(out);
        channel.writeAndFlush(out);
    }

    private static String decodePath(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        try {
            return URLDecoder.decode(path.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return path;
        }
    }
}
