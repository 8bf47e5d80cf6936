package dev.gantry.images.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unavailable;
import dev.gantry.images.testing.FakeRegistry;
import dev.gantry.images.testing.Fixture;
import dev.gantry.images.testing.TestImage;
import dev.gantry.images.testing.Tools;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Set;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TlsTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path directory;

    @Test
    void aTrustedRegistryIsReadOverTlsAndAnUntrustedOneRefusedAtOnce() throws Exception {
        SSLContext tls = selfSigned();
        TestImage image = TestImage.of("base");
        try (FakeRegistry registry = new FakeRegistry(tls)) {
            registry.push("1", image);
            var options = new RegistryOptions(Set.of(), 3, Fixture.SOON);
            try (var trusting = new RegistryClient(options, tls)) {
                Fetched manifest = trusting.open(registry.reference("app:1").repository(), Credentials.ANONYMOUS)
                        .manifest(registry.reference("app:1"));
                assertThat(manifest.digest()).isEqualTo(image.manifest());
            }
            try (var wary = new RegistryClient(options)) {
                assertThatThrownBy(() -> wary.open(registry.reference("app:1").repository(), Credentials.ANONYMOUS)
                                .manifest(registry.reference("app:1")))
                        .isInstanceOf(Unavailable.class)
                        .hasMessageContaining("no trusted TLS");
            }
            assertThat(registry.count("/manifests/")).isEqualTo(1);
        }
    }

    private SSLContext selfSigned() throws Exception {
        Path store = directory.resolve("keys");
        Tools.run(
                Path.of(System.getProperty("java.home"), "bin/keytool"),
                "-genkeypair",
                "-alias",
                "r",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=IP:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store,
                "-storepass",
                new String(PASSWORD));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        var own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, PASSWORD);
        authorities.setCertificateEntry("r", keys.getCertificate("r"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(authorities);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trust.getTrustManagers(), null);
        return tls;
    }
}
