package dev.gantry.base;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// Certificates and keys in PEM files (RFC 7468), as TLS needs them.
public final class PemFiles {
    private static final char[] NO_PASSWORD = {};

    private PemFiles() {}

    /// Shows the certificate with those that vouch for it behind, and holds its key.
    public static KeyManager[] identity(Path certificate, Path key) throws GeneralSecurityException, IOException {
        return keys(certificates(certificate), key(key));
    }

    /// Shows no certificate.
    public static KeyManager[] noIdentity() {
        return new KeyManager[0];
    }

    /// The same as [#identity] of texts.
    public static KeyManager[] identity(String certificate, String key) throws GeneralSecurityException, IOException {
        return keys(
                certificates(new ByteArrayInputStream(certificate.getBytes(StandardCharsets.US_ASCII))),
                PemKeys.read("the key", key));
    }

    private static KeyManager[] keys(Collection<? extends Certificate> chain, PrivateKey key)
            throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(new Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /// Trusts whom these vouch for, and nobody else; a text.
    public static TrustManager[] trust(String authorities) throws GeneralSecurityException, IOException {
        return trust(
                "the text of authorities",
                certificates(new ByteArrayInputStream(authorities.getBytes(StandardCharsets.US_ASCII))));
    }

    /// Trusts whom these vouch for, and nobody else.
    public static TrustManager[] trust(Path authorities) throws GeneralSecurityException, IOException {
        return trust(authorities.toString(), certificates(authorities));
    }

    private static TrustManager[] trust(String name, Collection<? extends Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        for (Certificate c : authorities) {
            store.setCertificateEntry("ca" + store.size(), c);
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException(name + " has no certificate");
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /// Trusts whom the JDK trusts.
    public static TrustManager[] trustAsUsual() throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return factory.getTrustManagers();
    }

    public static TrustManager[] trustAnybody() {
        return new TrustManager[] {new TrustsAnybody()};
    }

    /// One side of TLS that shows `own` and believes `trusted`.
    public static SSLContext context(KeyManager[] own, TrustManager[] trusted) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own, trusted, null);
        return context;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    /// Of one file, in its order.
    public static Collection<? extends Certificate> certificates(Path file)
            throws GeneralSecurityException, IOException {
        try (var in = Files.newInputStream(file)) {
            return certificates(in);
        }
    }

    private static Collection<? extends Certificate> certificates(InputStream in) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509").generateCertificates(in);
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
        return PemKeys.read(file.toString(), Files.readString(file, StandardCharsets.US_ASCII));
    }
}
