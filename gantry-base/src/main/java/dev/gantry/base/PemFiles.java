package dev.gantry.base;

import java.io.IOException;
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
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// Certificates and keys in PEM files (RFC 7468), as TLS needs them.
public final class PemFiles {
    private static final char[] NO_PASSWORD = {};

    private PemFiles() {}

    /// Shows the certificate with those that vouch for it behind, and holds its key.
    public static KeyManager[] identity(Path certificate, Path key) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        store.setKeyEntry(
                "own", key(key), NO_PASSWORD, certificates(certificate).toArray(new Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /// Trusts whom these vouch for, and nobody else.
    public static TrustManager[] trust(Path authorities) throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        for (Certificate c : certificates(authorities)) {
            store.setCertificateEntry("ca" + store.size(), c);
        }
        if (store.size() == 0) {
            throw new GeneralSecurityException(authorities + " has no certificate");
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
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
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
        return PemKeys.read(file, Files.readString(file, StandardCharsets.US_ASCII));
    }
}
