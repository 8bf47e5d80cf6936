package dev.gantry.engine.network.overlay;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.PemFiles;
import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.TunnelKey;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// Both sides show a certificate of the same authority, and each is the address that its certificate names: a host that
/// is taken over speaks for itself alone.
final class PeerTls {
    private static final int TYPE_ADDRESS = 7; // iPAddress of GeneralName, RFC 5280 §4.2.1.6
    private static final String[] VERSIONS = {"TLSv1.3"};

    private final SSLContext context;

    private PeerTls(SSLContext context) {
        this.context = context;
    }

    /// Reads the files, and refuses what the others would.
    static PeerTls open(OverlayOptions options) {
        OverlayOptions.Files files = options.files();
        String what = "share overlay networks as " + options.advertise().address();
        try {
            SSLContext context =
                    PemFiles.context(PemFiles.identity(files.cert(), files.key()), PemFiles.trust(files.ca()));
            X509Certificate own = certificate(files);
            if (!names(own, options.advertise().address())) {
                throw new InvalidArgument(
                        what,
                        "the certificate " + files.cert() + " does not name this address",
                        "make one with subjectAltName=IP:" + options.advertise().address());
            }
            return new PeerTls(context);
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidArgument(
                    what,
                    "its TLS files cannot be used: " + e,
                    "correct --overlay-tls-ca, --overlay-tls-cert and --overlay-tls-key",
                    e);
        }
    }

    private static X509Certificate certificate(OverlayOptions.Files files)
            throws GeneralSecurityException, IOException {
        return PemFiles.certificates(files.cert()).stream()
                .filter(X509Certificate.class::isInstance)
                .map(X509Certificate.class::cast)
                .findFirst()
                .orElseThrow(() -> new GeneralSecurityException(files.cert() + " has no certificate"));
    }

    /// Takes over a connection that this host began, or took, with `other`; closed when it throws.
    PeerSocket over(Socket socket, Ip other, boolean began) throws IOException {
        try {
            var tls = (SSLSocket)
                    context.getSocketFactory().createSocket(socket, other.toString(), socket.getPort(), true);
            tls.setUseClientMode(began);
            tls.setNeedClientAuth(!began);
            tls.setEnabledProtocols(VERSIONS);
            tls.startHandshake();
            if (!(tls.getSession().getPeerCertificates()[0] instanceof X509Certificate theirs)
                    || !names(theirs, other)) {
                throw new IOException("its certificate does not name " + other);
            }
            return new PeerSocket(tls, key(tls));
        } catch (GeneralSecurityException e) {
            socket.close();
            throw new IOException(e.getMessage(), e);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// What both ends of this connection have in common, and nobody else.
    private static TunnelKey key(SSLSocket tls) throws IOException {
        if (tls.getSession() instanceof ExtendedSSLSession session) {
            return TunnelKey.of(
                    session.exportKeyingMaterialData(TunnelKey.LABEL, TunnelKey.context(), TunnelKey.EXPORTED));
        }
        throw new IOException("this TLS exports no keys");
    }

    private static boolean names(X509Certificate certificate, Ip address) throws GeneralSecurityException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        return names != null
                && names.stream()
                        .anyMatch(n -> n.get(0).equals(TYPE_ADDRESS)
                                && Ip.find(String.valueOf(n.get(1)))
                                        .filter(address::equals)
                                        .isPresent());
    }
}
