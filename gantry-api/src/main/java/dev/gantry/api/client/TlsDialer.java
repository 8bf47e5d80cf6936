package dev.gantry.api.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// Dials TCP with TLS.
public final class TlsDialer implements Dialer {
    private final EngineAddress.Tcp engine;
    private final EngineTls tls;
    private final SSLContext context;

    public TlsDialer(EngineAddress.Tcp engine, EngineTls tls) {
        this.engine = engine;
        this.tls = tls;
        this.context = tls.context();
    }

    @Override
    public String address() {
        return engine.toString();
    }

    @Override
    public Duplex dial() throws IOException {
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(engine.host(), engine.port()));
            plain.setTcpNoDelay(true);
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, engine.host(), engine.port(), true);
            SSLParameters parameters = socket.getSSLParameters();
            if (tls.verify()) {
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
            }
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new TlsDuplex(socket, socket.getInputStream(), socket.getOutputStream());
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    private record TlsDuplex(SSLSocket socket, InputStream in, OutputStream out) implements Duplex {
        @Override
        public void shutdownOutput() throws IOException {
            socket.shutdownOutput();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
