package dev.gantry.engine.plugin;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.PemFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// How a plugin is trusted and how it trusts us: `TLSConfig` of its `.json`. Files are PEM; none is needed.
public record PluginTls(
        boolean insecureSkipVerify, Optional<Path> caFile, Optional<Path> certFile, Optional<Path> keyFile) {
    /// The certificate authorities of the system, no certificate of our own.
    public static final PluginTls OF_THE_SYSTEM =
            new PluginTls(false, Optional.empty(), Optional.empty(), Optional.empty());

    /// Reads the files. `what` is who asks.
    SSLContext context(String what) {
        try {
            return PemFiles.context(keys(what), trust());
        } catch (GeneralSecurityException | IOException e) {
            throw new InvalidArgument(
                    what, "its TLS files cannot be used: " + e.getMessage(), "correct TLSConfig in its .json", e);
        }
    }

    private KeyManager[] keys(String what) throws GeneralSecurityException, IOException {
        if (certFile.isEmpty() && keyFile.isEmpty()) {
            return PemFiles.noIdentity();
        }
        if (certFile.isEmpty() || keyFile.isEmpty()) {
            throw new InvalidArgument(what, "CertFile and KeyFile belong together", "give both, or none");
        }
        return PemFiles.identity(certFile.get(), keyFile.get());
    }

    private TrustManager[] trust() throws GeneralSecurityException, IOException {
        if (insecureSkipVerify) {
            return PemFiles.trustAnybody();
        }
        return caFile.isPresent() ? PemFiles.trust(caFile.get()) : PemFiles.trustAsUsual();
    }
}
