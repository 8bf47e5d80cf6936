package dev.gantry.api.client;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.PemFiles;
import java.io.IOException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// How an engine is trusted and how it trusts us: texts in PEM, each of which may be empty.
///
/// @param ca who vouches for the engine; empty: whom the JDK trusts
/// @param cert our certificate, with `key`
/// @param verify whether the engine must be who its address says
public record EngineTls(String ca, String cert, String key, boolean verify) {
    SSLContext context() {
        try {
            return PemFiles.context(cert.isEmpty() ? PemFiles.noIdentity() : PemFiles.identity(cert, key), trust());
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
            return PemFiles.trustAnybody();
        }
        return ca.isEmpty() ? PemFiles.trustAsUsual() : PemFiles.trust(ca);
    }

    @Override
    public String toString() {
        return "EngineTls[verify=" + verify + "]";
    }
}
