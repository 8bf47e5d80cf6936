package dev.gantry.engine.log.driver;

import dev.gantry.base.PemFiles;
import dev.gantry.base.TrustsAnybody;
import dev.gantry.engine.log.LogOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// The options `DRIVER-tls-…`: files in PEM, none of which is needed.
final class LogTls {
    private LogTls() {}

    static void check(String driver, Map<String, String> options) {
        boolean cert = !option(driver, options, "cert").isEmpty();
        boolean key = !option(driver, options, "key").isEmpty();
        if (cert != key) {
            throw LogOptions.refused(
                    driver, driver + "-tls-cert and " + driver + "-tls-key belong together", "give both, or none");
        }
    }

    static SSLContext context(String driver, Map<String, String> options) throws IOException {
        try {
            String cert = option(driver, options, "cert");
            KeyManager[] keys = cert.isEmpty()
                    ? new KeyManager[0]
                    : PemFiles.identity(Path.of(cert), Path.of(option(driver, options, "key")));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust(driver, options), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("could not read the TLS files: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(String driver, Map<String, String> options)
            throws GeneralSecurityException, IOException {
        // Any text means yes, as in dockerd.
        if (!option(driver, options, "skip-verify").isEmpty()) {
            return new TrustManager[] {new TrustsAnybody()};
        }
        String authorities = option(driver, options, "ca-cert");
        if (!authorities.isEmpty()) {
            return PemFiles.trust(Path.of(authorities));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return factory.getTrustManagers();
    }

    private static String option(String driver, Map<String, String> options, String name) {
        return options.getOrDefault(driver + "-tls-" + name, "");
    }
}
