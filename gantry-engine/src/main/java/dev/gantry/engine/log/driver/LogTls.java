package dev.gantry.engine.log.driver;

import dev.gantry.base.PemFiles;
import dev.gantry.engine.log.LogOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

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
                    ? PemFiles.noIdentity()
                    : PemFiles.identity(Path.of(cert), Path.of(option(driver, options, "key")));
            return PemFiles.context(keys, trust(driver, options));
        } catch (GeneralSecurityException e) {
            throw new IOException("could not read the TLS files: " + e.getMessage(), e);
        }
    }

    private static TrustManager[] trust(String driver, Map<String, String> options)
            throws GeneralSecurityException, IOException {
        // Any text means yes, as in dockerd.
        if (!option(driver, options, "skip-verify").isEmpty()) {
            return PemFiles.trustAnybody();
        }
        String authorities = option(driver, options, "ca-cert");
        return authorities.isEmpty() ? PemFiles.trustAsUsual() : PemFiles.trust(Path.of(authorities));
    }

    private static String option(String driver, Map<String, String> options, String name) {
        return options.getOrDefault(driver + "-tls-" + name, "");
    }
}
