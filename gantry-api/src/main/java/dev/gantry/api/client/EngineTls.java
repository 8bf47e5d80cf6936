package dev.gantry.api.client;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.PemFiles;
import dev.gantry.base.TrustsAnybody;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// How an engine is trusted and how it trusts us: texts in PEM, each of which may be empty.
///
/// @param ca who vouches for the engine; empty: whom the JDK trusts
/// @param cert our certificate, with `key`
/// @param verify whether the engine must be who its address says
public record EngineTls(String ca, String cert, String key, boolean verify) {
    SSLContext context() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManager[] keys = cert.isEmpty() ? new KeyManager[0] : PemFiles.identity(cert, key);
            context.init(keys, trust(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidArgument(
                    "use TLS",
                    "its certificates cannot be used: " + e.getMessage(),
                    "look at ca.pem, cert.pem, key.pem",
                    e);
        }
    }

    private TrustManager[] trust() throws GeneralSecurityException, IOException {
        if (!verify) {
            return new TrustManager[] {new TrustsAnybody()};
        }
        if (!ca.isEmpty()) {
            return PemFiles.trust(ca);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return factory.getTrustManagers();
    }

    @Override
    public String toString() {
        return "EngineTls[verify=" + verify + "]";
    }
}
