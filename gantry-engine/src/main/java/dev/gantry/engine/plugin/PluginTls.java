package dev.gantry.engine.plugin;

import dev.gantry.base.InvalidArgument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// How a plugin is trusted and how it trusts us: `TLSConfig` of its `.json`. Files are PEM; none is needed.
public record PluginTls(
        boolean insecureSkipVerify, Optional<Path> caFile, Optional<Path> certFile, Optional<Path> keyFile) {
    /// The certificate authorities of the system, no certificate of our own.
    public static final PluginTls OF_THE_SYSTEM =
            new PluginTls(false, Optional.empty(), Optional.empty(), Optional.empty());

    private static final char[] NO_PASSWORD = {};

    /// Reads the files. `what` is who asks.
    SSLContext context(String what) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(what), trust(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidArgument(
                    what, "its TLS files cannot be used: " + e.getMessage(), "correct TLSConfig in its .json", e);
        }
    }

    private KeyManager[] keys(String what) throws GeneralSecurityException, IOException {
        if (certFile.isEmpty() && keyFile.isEmpty()) {
            return new KeyManager[0];
        }
        if (certFile.isEmpty() || keyFile.isEmpty()) {
            throw new InvalidArgument(what, "CertFile and KeyFile belong together", "give both, or none");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        Collection<? extends Certificate> chain = certificates(certFile.get());
        store.setKeyEntry("client", key(what, keyFile.get()), NO_PASSWORD, chain.toArray(new Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private TrustManager[] trust() throws GeneralSecurityException, IOException {
        if (insecureSkipVerify) {
            return new TrustManager[] {new TrustsAnybody()};
        }
        KeyStore store = null;
        if (caFile.isPresent()) {
            store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            for (Certificate c : certificates(caFile.get())) {
                store.setCertificateEntry("ca" + store.size(), c);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws GeneralSecurityException, IOException {
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    private static PrivateKey key(String what, Path file) throws GeneralSecurityException, IOException {
        String pem = Files.readString(file, StandardCharsets.US_ASCII);
        String begin = "-----BEGIN PRIVATE KEY-----";
        int from = pem.indexOf(begin);
        int to = pem.indexOf("-----END PRIVATE KEY-----");
        if (from < 0 || to < from) {
            throw new InvalidArgument(
                    what, "KeyFile " + file + " is not PKCS#8", "convert it with openssl pkcs8 -topk8 -nocrypt");
        }
        var spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.substring(from + begin.length(), to)));
        for (String algorithm : List.of("EC", "RSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (java.security.spec.InvalidKeySpecException another) {
                continue;
            }
        }
        return KeyFactory.getInstance("EdDSA").generatePrivate(spec);
    }

    /// What `InsecureSkipVerify` asks for.
    private static final class TrustsAnybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
