package dev.gantry.daemon;

import dev.gantry.base.Internal;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/// Certificates as text, RFC 7468 §5.
final class Pem {
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private Pem() {}

    static List<String> of(List<X509Certificate> chain) {
        return chain.stream().map(Pem::of).toList();
    }

    private static String of(X509Certificate certificate) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + LINES.encodeToString(certificate.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (CertificateEncodingException e) {
            throw new Internal("write a certificate", String.valueOf(e.getMessage()), "use another", e);
        }
    }
}
