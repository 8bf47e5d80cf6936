package dev.gantry.images.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import dev.gantry.base.Digest;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.Pace;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistryOptions;
import dev.gantry.images.testing.FakeRegistry;
import dev.gantry.images.testing.RealRegistry;
import dev.gantry.images.testing.TestImage;
import dev.gantry.images.testing.Tools;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginImagesTest {
    private static final Credentials NOBODY = Credentials.ANONYMOUS;

    @TempDir
    Path dir;

    private RegistryClient client;
    private PluginImages here;

    @BeforeEach
    void open() throws IOException {
        client = new RegistryClient(new RegistryOptions(Set.of(), 3, Pace.DEFAULT));
        here = store("here");
        Files.createDirectories(dir.resolve("rootfs/bin"));
        Files.writeString(dir.resolve("rootfs/bin/.wh.odd"), "a name like any other\n");
        Files.createSymbolicLink(dir.resolve("rootfs/link"), Path.of("bin"));
    }

    @AfterEach
    void close() {
        client.close();
    }

    private PluginImages store(String name) {
        return new PluginImages(Linux.host(), new DiskContentStore(dir.resolve(name)), client);
    }

    private PluginImage made() {
        return here.make(dir.resolve("rootfs"), id -> config(id.toString()), "sample");
    }

    private static byte[] config(String diffId) {
        return ("{\"Description\":\"kept as it is\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" + diffId
                        + "\"]}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsPushedComesBackTheSame() throws Exception {
        Tools.need("docker-registry");
        PluginImage image = made();
        try (var registry = new RealRegistry(dir)) {
            var name = (Reference.Tagged) Reference.parse(registry.domain() + "/some/plugin:v1");
            List<ProgressEvent> told = new ArrayList<>();
            here.push(image, name, NOBODY, told::add);
            assertThat(told).contains(new ProgressEvent.Uploaded(image.layer().digest(), false));
            told.clear();
            here.push(image, name, NOBODY, told::add);
            assertThat(told).contains(new ProgressEvent.Uploaded(image.layer().digest(), true));

            PluginImages there = store("there");
            PluginImage found = there.look(name, NOBODY);
            assertThat(found).isEqualTo(image);
            there.fetch(found, name, NOBODY, ProgressListener.SILENT);
            Path unpacked = Files.createDirectory(dir.resolve("unpacked"));
            there.unpack(there.stored(image.digest(), "sample"), unpacked, "sample");
            assertThat(unpacked.resolve("bin/.wh.odd")).hasContent("a name like any other");
            assertThat(Files.readSymbolicLink(unpacked.resolve("link"))).isEqualTo(Path.of("bin"));
        }
    }

    @Test
    void aRegistryThatWantsToKnowWhoGetsATokenForBoth() {
        PluginImage image = made();
        List<String> asked = new ArrayList<>();
        try (var registry = new FakeRegistry()) {
            registry.misbehave((exchange, path) -> pushed(registry, asked, exchange, path));
            var name = (Reference.Tagged) registry.reference("plugin:v1");
            here.push(image, name, new Credentials.Password("ann", "secret"), ProgressListener.SILENT);
            assertThat(asked)
                    .anyMatch(a -> a.startsWith("/token") && a.contains("scope=repository%3Aplugin%3Apull%2Cpush"))
                    .contains("manifest");
            assertThatThrownBy(() -> here.push(image, name, NOBODY, ProgressListener.SILENT))
                    .isInstanceOf(Forbidden.class);
        }
    }

    /// The half of a registry that takes things, behind a token service.
    private static boolean pushed(FakeRegistry registry, List<String> asked, HttpExchange exchange, String path)
            throws IOException {
        String method = exchange.getRequestMethod();
        if (path.equals("/v2/")) {
            return false;
        }
        if (path.equals("/token")) {
            asked.add(exchange.getRequestURI().toString());
            boolean known = exchange.getRequestHeaders().containsKey("Authorization");
            FakeRegistry.answer(exchange, known ? 200 : 401, TestImage.utf8("{\"token\":\"good\"}"));
            return true;
        }
        exchange.getRequestBody().readAllBytes();
        if (!"Bearer good".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer realm=\"http://" + registry.domain() + "/token\",scope=\"repository:plugin:pull\"");
            FakeRegistry.answer(exchange, 401, new byte[0]);
        } else if (method.equals("HEAD")) {
            exchange.sendResponseHeaders(404, -1);
        } else if (method.equals("POST")) {
            exchange.getResponseHeaders().set("Location", "/v2/plugin/blobs/uploads/1?state=x");
            FakeRegistry.answer(exchange, 202, new byte[0]);
        } else {
            asked.add(path.contains("/manifests/") ? "manifest" : "blob");
            FakeRegistry.answer(exchange, 201, new byte[0]);
        }
        return true;
    }

    @Test
    void aLayerThatIsNotWhatTheConfigurationSaysIsRefused() throws IOException {
        PluginImage lie = here.make(dir.resolve("rootfs"), id -> config("sha256:" + "0".repeat(64)), "sample");
        Path target = Files.createDirectory(dir.resolve("target"));
        assertThatThrownBy(() -> here.unpack(lie, target, "sample"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("contradicts itself");
    }

    @Test
    void anImageOfAContainerIsNoPlugin() {
        try (var registry = new FakeRegistry()) {
            TestImage image = TestImage.of("layer");
            registry.push("1", image);
            assertThatThrownBy(() -> here.look(registry.reference("app:1"), NOBODY))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("invalid config media type");
        }
    }

    @Test
    void onlyWhatIsNamedIsKept() {
        PluginImage image = made();
        PluginImage other = here.make(dir.resolve("rootfs"), id -> config(id + ""), "other");
        assertThat(other.layer().digest()).isEqualTo(image.layer().digest());
        here.keepOnly(Set.of(image.digest()));
        assertThat(here.stored(image.digest(), "sample")).isEqualTo(image);
        here.keepOnly(Set.<Digest>of());
        assertThat(new DiskContentStore(dir.resolve("here")).list()).isEmpty();
    }
}
