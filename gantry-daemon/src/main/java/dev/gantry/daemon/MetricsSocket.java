package dev.gantry.daemon;

import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.daemon.config.Settings;
import dev.gantry.daemon.metrics.MetricsPage;
import dev.gantry.docker.ApiHandler;
import dev.gantry.engine.Gantry;
import dev.gantry.http.Gate;
import dev.gantry.http.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where `--metrics-addr` says that metrics are read. Nothing without it.
final class MetricsSocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsSocket.class);

    /// Whoever may ask needs no login, and shall not get the descriptors of the daemon.
    private static final int MOST = 64;

    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final Optional<HttpServer> server;

    private MetricsSocket(Optional<HttpServer> server) {
        this.server = server;
    }

    /// The address is checked before anything is made.
    static Optional<InetSocketAddress> address(Settings settings) {
        return settings.text("metrics-addr").map(text -> {
            int colon = text.lastIndexOf(':');
            if (text.contains("/") || colon < 0 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
                throw new InvalidArgument(
                        "serve metrics at " + text, "it is no address with a port", "write 127.0.0.1:9323");
            }
            // An empty name is every address of this host, as dockerd has it.
            Host host = Host.parse("tcp://" + (colon == 0 ? "0.0.0.0" : "") + text, false);
            if (!(host instanceof Host.Tcp tcp)) {
                throw new IllegalStateException("what begins with tcp is a TCP address");
            }
            return new InetSocketAddress(tcp.name(), tcp.port());
        });
    }

    /// Plugins of the engine that collect metrics read the same page.
    static MetricsSocket open(Settings settings, Gantry engine, MetricsPage page, Clock clock) {
        engine.metricsThrough(socket -> {
            var server = server(page, clock);
            try {
                server.listen(socket);
                return server;
            } catch (IOException e) {
                server.close();
                throw e;
            }
        });
        return new MetricsSocket(address(settings).map(address -> {
            var server = server(page, clock);
            try {
                if (address.isUnresolved()) {
                    throw new IOException("the name " + address.getHostString() + " has no address");
                }
                LOG.info("metrics=http://{}:{}/metrics", address.getHostString(), server.listen(address));
                return server;
            } catch (IOException e) {
                server.close();
                throw new Internal(
                        "serve metrics at " + address,
                        String.valueOf(e.getMessage()),
                        "free the address or choose another",
                        e);
            }
        }));
    }

    static HttpServer server(ApiHandler page, Clock clock) {
        return new HttpServer(page, Gate.OPEN, Map.of(), clock, MOST, SILENCE);
    }

    @Override
    public void close() {
        server.ifPresent(HttpServer::close);
    }
}
