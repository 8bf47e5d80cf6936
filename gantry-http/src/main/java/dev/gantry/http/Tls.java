package dev.gantry.http;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.PemFiles;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How connections are encrypted, and who may make some. Not at all with [#NONE].
public final class Tls {
    public static final Tls NONE = new Tls(null);

    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    private static final String PLAIN =
            "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

    private final @Nullable SslContext context;

    private Tls(@Nullable SslContext context) {
        this.context = context;
    }

    /// PEM files.
    ///
    /// @param ca who vouches for clients; without `verify` it is not read
    /// @param verify whether clients must show a certificate
    public record Files(Path ca, Path cert, Path key, boolean verify) {}

    /// Reads the files.
    public static Tls of(Files files) {
        try {
            KeyManager[] identity = PemFiles.identity(files.cert(), files.key());
            SslContextBuilder builder = SslContextBuilder.forServer(identity[0])
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2");
            if (files.verify()) {
                TrustManager[] trust = PemFiles.trust(files.ca());
                builder.trustManager(trust[0]).clientAuth(ClientAuth.REQUIRE);
            }
            return new Tls(builder.build());
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidArgument(
                    "serve with TLS",
                    "its files cannot be used: " + e,
                    "name others with --tlscacert, --tlscert and --tlskey",
                    e);
        }
    }

    boolean isNone() {
        return context == null;
    }

    void secure(Channel channel) {
        if (context != null) {
            channel.pipeline().addLast(context.newHandler(channel.alloc()));
        }
    }

    /// One who speaks plain HTTP to this port is told so in plain words; whoever else failed was told by the handshake.
    static void refused(ChannelHandlerContext ctx, Throwable why) {
        LOG.info("tls=refused from={} why=\"{}\"", ctx.channel().remoteAddress(), why.getMessage());
        ChannelHandlerContext below = ctx.pipeline().context(SslHandler.class);
        if (why instanceof NotSslRecordException && below != null) {
            below.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), PLAIN));
        }
    }
}
