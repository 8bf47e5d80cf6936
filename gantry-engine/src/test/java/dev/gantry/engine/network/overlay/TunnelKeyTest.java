package dev.gantry.engine.network.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.PemFiles;
import dev.gantry.network.encryption.TunnelKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Keys of tunnels, from connections like those between hosts.
@Timeout(60)
class TunnelKeyTest {
    @TempDir
    Path dir;

    private static SSLContext context(OverlayOptions.Files files) throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(PemFiles.identity(files.cert(), files.key()), PemFiles.trust(files.ca()), null);
        return context;
    }

    private static TunnelKey key(Socket connection) throws IOException {
        var session = (ExtendedSSLSession) ((SSLSocket) connection).getSession();
        return TunnelKey.of(session.exportKeyingMaterialData(TunnelKey.LABEL, TunnelKey.context(), TunnelKey.EXPORTED));
    }

    private record Ends(TunnelKey began, TunnelKey took) {}

    private static Ends connect(SSLServerSocket door, SSLContext other) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<TunnelKey> took = threads.submit(() -> {
                try (Socket connection = door.accept()) {
                    connection.getOutputStream().write(6);
                    return key(connection);
                }
            });
            try (Socket connection =
                    other.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), door.getLocalPort())) {
                assertThat(connection.getInputStream().read()).isEqualTo(6);
                return new Ends(key(connection), took.get());
            }
        }
    }

    @Test
    void bothEndsOfAConnectionHaveTheSameKeyAndTheNextConnectionHasAnother() throws Exception {
        var certificates = new Certificates(dir);
        SSLContext one = context(certificates.of("127.0.0.1"));
        SSLContext two = context(certificates.of("127.0.0.2"));
        try (var door = (SSLServerSocket) one.getServerSocketFactory().createServerSocket(0)) {
            door.setEnabledProtocols(new String[] {"TLSv1.3"});
            door.setNeedClientAuth(true);
            Ends first = connect(door, two);
            Ends second = connect(door, two);
            assertThat(first.began()).isEqualTo(first.took());
            assertThat(second.began()).isEqualTo(second.took()).isNotEqualTo(first.began());
        }
    }
}
