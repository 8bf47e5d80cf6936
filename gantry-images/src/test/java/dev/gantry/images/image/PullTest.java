package dev.gantry.images.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.testing.FakeRegistry;
import dev.gantry.images.testing.Fixture;
import dev.gantry.images.testing.TestImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PullTest {
    @TempDir
    Path directory;

    private final FakeRegistry registry = new FakeRegistry();
    private Fixture fixture;

    private Fixture fixture() {
        if (fixture == null) {
            fixture = new Fixture(directory);
        }
        return fixture;
    }

    @AfterEach
    void close() {
        registry.close();
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void aPulledImageHasItsNameItsLayersAndItsExactBytes() throws Exception {
        TestImage image = TestImage.of("base", "top");
        registry.push("1", image);

        Image pulled = fixture().pull(registry.reference("app:1"));

        assertThat(pulled.id().digest()).isEqualTo(image.config());
        assertThat(pulled.config().cmd()).containsExactly("sh");
        assertThat(pulled.config().volumes()).containsExactly("/data");
        image.blobs().forEach((digest, bytes) -> {
            try (var blob = fixture().content.open(digest)) {
                assertThat(blob.readAllBytes()).isEqualTo(bytes);
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
        });
        var chains = ((Image.Source.Layers) pulled.source()).chains();
        assertThat(chains).hasSize(2);
        assertThat(Files.readString(
                        fixture().snapshots.directory(chains.getFirst()).resolve("file1")))
                .isEqualTo("top");
        assertThat(Files.readString(
                        fixture().snapshots.directory(chains.getLast()).resolve("file0")))
                .isEqualTo("base");
        assertThat(fixture().images.list()).singleElement().satisfies(row -> {
            assertThat(row.repoTags()).containsExactly(registry.domain() + "/app:1");
            assertThat(row.repoDigests()).containsExactly(registry.domain() + "/app@" + image.manifest());
            assertThat(row.size()).isEqualTo(2 * 200_000 + 7);
        });
        assertThat(fixture().images.resolve(image.config().hex().substring(0, 10)))
                .isEqualTo(pulled);
        assertThat(fixture().images.resolve(registry.domain() + "/app@" + image.manifest()))
                .isEqualTo(pulled);
    }

    @Test
    void progressOfALayerComesInOrder() {
        TestImage image = TestImage.of("base", "top");
        registry.push("1", image);
        fixture().pull(registry.reference("app:1"));
        Digest layer = image.layers().getFirst();
        List<String> kinds = new ArrayList<>();
        for (ProgressEvent e : fixture().events) {
            if (e.toString().contains(layer.toString())
                    && (kinds.isEmpty() || !kinds.getLast().equals(e.getClass().getSimpleName()))) {
                kinds.add(e.getClass().getSimpleName());
            }
        }
        assertThat(kinds)
                .containsExactly("LayerKnown", "Downloading", "Verifying", "Downloaded", "Extracting", "LayerDone");
        assertThat(fixture().events.getFirst()).isInstanceOf(ProgressEvent.Resolving.class);
        assertThat(fixture().events.getLast())
                .isEqualTo(new ProgressEvent.Pulled(registry.reference("app:1"), image.manifest(), true));

        fixture().events.clear();
        fixture().pull(registry.reference("app:1"));
        assertThat(fixture().events)
                .contains(new ProgressEvent.LayerExists(layer))
                .last()
                .isEqualTo(new ProgressEvent.Pulled(registry.reference("app:1"), image.manifest(), false));
    }

    @Test
    void theManifestOfThisPlatformIsChosenFromAnIndexAndTheIndexKept() {
        Map<String, TestImage> all = new LinkedHashMap<>();
        String host = Platform.host().architecture();
        all.put("s390x", TestImage.on("s390x", "other"));
        all.put(host, TestImage.on(host, "mine"));
        all.values().forEach(i -> registry.push(i.manifest().toString(), i));
        byte[] index = TestImage.index(all);
        registry.manifest("1", TestImage.INDEX, index);

        Image pulled = fixture().pull(registry.reference("app:1"));

        assertThat(pulled.id().digest()).isEqualTo(all.get(host).config());
        assertThat(fixture().content.find(TestImage.digest(index))).isPresent();
        assertThat(fixture().content.find(all.get("s390x").manifest())).isEmpty();
        assertThat(fixture().images.list().getFirst().target()).isEqualTo(TestImage.digest(index));
        String name = registry.domain() + "/app:1";
        assertThatThrownBy(() -> fixture().images.resolve(name, Platform.parse("linux/s390x")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("does not provide the specified platform");

        fixture()
                .images
                .pull(
                        registry.reference("app:1"),
                        Platform.parse("linux/s390x"),
                        Credentials.ANONYMOUS,
                        ProgressListener.SILENT);
        assertThat(fixture()
                        .images
                        .resolve(name, Platform.parse("linux/s390x"))
                        .id()
                        .digest())
                .isEqualTo(all.get("s390x").config());
        assertThat(fixture().images.resolve(name).id().digest())
                .as("this host's is still the first choice")
                .isEqualTo(all.get(host).config());
        for (String meant : List.of(name, all.get(host).config().toString())) {
            assertThatThrownBy(() ->
                            fixture().images.remove(meant, Optional.of(Platform.host()), true, Images.InUse.NOBODY))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("it is here for linux/s390x too");
        }
        assertThat(fixture().images.list()).hasSize(1);

        assertThatThrownBy(() -> fixture()
                        .images
                        .pull(
                                registry.reference("app:1"),
                                Platform.parse("linux/riscv64"),
                                Credentials.ANONYMOUS,
                                ProgressListener.SILENT))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("no matching manifest for linux/riscv64 in the manifest list entries");
    }

    @Test
    void brokenTransfersGoOnWhereTheyStopped() {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        registry.misbehave((exchange, path) -> {
            if (path.endsWith(image.layers().getFirst().toString())) {
                FakeRegistry.sendBlob(exchange, registry.blob(path), 70_000);
                return true;
            }
            return false;
        });
        fixture().pull(registry.reference("app:1"));
        List<String> ranges = registry.requests.stream()
                .filter(r -> r.path().endsWith(image.layers().getFirst().toString()))
                .map(r -> r.range().orElse("-"))
                .toList();
        assertThat(ranges).hasSizeGreaterThan(2).startsWith("-");
        assertThat(ranges.subList(1, ranges.size())).allMatch(r -> r.matches("bytes=[1-9][0-9]*-"));
        assertThat(fixture().events).anyMatch(ProgressEvent.Retrying.class::isInstance);
    }

    @Test
    void aPullThatGaveUpIsContinuedByTheNextOne() {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        String layer = image.layers().getFirst().toString();
        AtomicInteger served = new AtomicInteger();
        registry.misbehave((exchange, path) -> {
            if (path.endsWith(layer)) {
                FakeRegistry.sendBlob(exchange, registry.blob(path), served.getAndIncrement() == 0 ? 70_000 : 0);
                return true;
            }
            return false;
        });
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:1"))).isInstanceOf(Unavailable.class);
        assertThat(fixture().table.list()).isEmpty();
        registry.misbehave((_, _) -> false);
        registry.requests.clear();
        fixture().pull(registry.reference("app:1"));
        assertThat(registry.requests.stream()
                        .filter(r -> r.path().endsWith(layer))
                        .findFirst()
                        .orElseThrow()
                        .range())
                .hasValueSatisfying(r -> assertThat(r).matches("bytes=[1-9][0-9]*-"));
    }

    @Test
    void aRegistryWithoutRangesIsReadFromTheStartAgain() {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        AtomicInteger served = new AtomicInteger();
        registry.misbehave((exchange, path) -> {
            if (path.endsWith(image.layers().getFirst().toString())) {
                FakeRegistry.sendBlob(
                        exchange,
                        registry.blob(path),
                        served.getAndIncrement() == 0 ? 70_000 : Integer.MAX_VALUE,
                        null);
                return true;
            }
            return false;
        });
        fixture().pull(registry.reference("app:1"));
        assertThat(served).hasValue(2);
    }

    @Test
    void aFlippedByteIsRefusedAndLeavesNothing() {
        TestImage image = TestImage.of("base", "top");
        registry.push("1", image);
        byte[] bad = image.blobs().get(image.layers().getLast()).clone();
        bad[bad.length / 2] ^= 1;
        registry.blob(image.layers().getLast(), bad);
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:1")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining(image.layers().getLast().toString());
        assertThat(fixture().isEmpty()).isTrue();
    }

    @Test
    void aManifestOfAnotherDigestIsRefused() {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        registry.misbehave((exchange, path) -> {
            if (path.contains("/manifests/")) {
                byte[] changed = image.manifestBytes().clone();
                changed[changed.length - 20] ^= 1;
                FakeRegistry.answer(exchange, 200, changed);
                return true;
            }
            return false;
        });
        Reference pinned = registry.reference("app@" + image.manifest());
        assertThatThrownBy(() -> fixture().pull(pinned))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("sent bytes of digest");
        assertThat(fixture().isEmpty()).isTrue();
    }

    @Test
    void layersThatAreNotWhatTheConfigurationSaysAreRefused() {
        TestImage good = TestImage.of("base");
        byte[] layer = good.blobs().get(good.layers().getFirst());
        byte[] lying = TestImage.config("amd64", List.of(TestImage.digest(new byte[] {1})));
        byte[] manifest = TestImage.manifest(
                lying, List.of(TestImage.descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)));
        registry.blob(good.layers().getFirst(), layer);
        registry.blob(TestImage.digest(lying), lying);
        registry.manifest("1", TestImage.MANIFEST, manifest);
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:1")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("and the configuration says");
        assertThat(fixture().isEmpty()).isTrue();

        byte[] fewer = TestImage.manifest(
                TestImage.config("amd64", List.of()),
                List.of(TestImage.descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer)));
        registry.blob(TestImage.digest(TestImage.config("amd64", List.of())), TestImage.config("amd64", List.of()));
        registry.manifest("2", TestImage.MANIFEST, fewer);
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:2")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("names 1 layers and its configuration 0");
    }

    @Test
    void documentsAreBounded() {
        registry.manifest("big", TestImage.MANIFEST, new byte[(4 << 20) + 1]);
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:big")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("larger than");
        registry.manifest("deep", TestImage.MANIFEST, TestImage.utf8("[".repeat(3_000_000)));
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:deep")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("nested deeper");
        byte[] config = TestImage.config("amd64", List.of());
        List<String> layers = java.util.Collections.nCopies(
                501, TestImage.descriptor("application/vnd.oci.image.layer.v1.tar", new byte[1]));
        registry.manifest("many", TestImage.MANIFEST, TestImage.manifest(config, layers));
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:many")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("501 layers");
        assertThat(fixture().isEmpty()).isTrue();
    }

    @Test
    void schemaOneAndArtifactsAreRefusedInWords() {
        registry.manifest(
                "old",
                "application/vnd.docker.distribution.manifest.v1+prettyjws",
                TestImage.utf8("{\"schemaVersion\":1,\"name\":\"app\",\"fsLayers\":[]}"));
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:old")))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("schema 1");
        registry.manifest(
                "chart",
                TestImage.MANIFEST,
                TestImage.utf8(
                        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\","
                                + "\"digest\":\"" + TestImage.digest(new byte[0]) + "\",\"size\":0},\"layers\":[]}"));
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:chart")))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("not a container image");
        registry.manifest(
                "both", TestImage.MANIFEST, TestImage.utf8("{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}"));
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:both")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("neither clearly");
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:none")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("not found: MANIFEST_UNKNOWN manifest unknown");
        TestImage image = TestImage.of("base");
        registry.manifest("1", TestImage.MANIFEST, image.manifestBytes());
        registry.blob(image.config(), image.blobs().get(image.config()));
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:1")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("does not have this blob");
    }

    @Test
    void aRegistryThatIsNotThereSaysSoAtOnce() {
        registry.close();
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:1")))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("connection refused");
    }

    @Test
    void aSilentTransferIsGivenUpAndTriedAgain() {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        AtomicInteger served = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        registry.misbehave((exchange, path) -> {
            if (path.endsWith(image.layers().getFirst().toString()) && served.getAndIncrement() == 0) {
                byte[] bytes = registry.blob(path);
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes, 0, 1000);
                exchange.getResponseBody().flush();
                try {
                    end.await();
                } catch (InterruptedException e) {
                    throw new java.io.IOException(e);
                }
                return true;
            }
            return false;
        });
        fixture().pull(registry.reference("app:1"));
        end.countDown();
        assertThat(served.get()).isGreaterThan(1);
    }

    @Test
    void anInterruptedPullEndsAndTheNextOneContinues() throws Exception {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        String layer = image.layers().getFirst().toString();
        CountDownLatch sending = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        registry.misbehave((exchange, path) -> {
            if (!path.endsWith(layer)) {
                return false;
            }
            byte[] bytes = registry.blob(path);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes, 0, 100_000);
            exchange.getResponseBody().flush();
            sending.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new java.io.IOException(e);
            }
            return true;
        });
        var failure = new java.util.concurrent.CompletableFuture<Throwable>();
        Thread pull = Thread.ofVirtual()
                .uncaughtExceptionHandler((_, e) -> failure.complete(e))
                .start(() -> fixture().pull(registry.reference("app:1")));
        sending.await();
        pull.interrupt();
        assertThat(failure.get(60, java.util.concurrent.TimeUnit.SECONDS)).isInstanceOf(Unavailable.class);
        end.countDown();
        registry.misbehave((_, _) -> false);
        fixture().pull(registry.reference("app:1"));
        assertThat(fixture().images.list()).hasSize(1);
    }

    @Test
    void aRateLimitIsWaitedForAsLongAsItSays() {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        AtomicInteger asked = new AtomicInteger();
        registry.misbehave((exchange, path) -> {
            if (path.contains("/manifests/") && asked.getAndIncrement() == 0) {
                exchange.getResponseHeaders().set("Retry-After", "1");
                FakeRegistry.answer(exchange, 429, new byte[0]);
                return true;
            }
            return false;
        });
        long start = System.nanoTime();
        fixture().pull(registry.reference("app:1"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));

        registry.misbehave((exchange, path) -> {
            if (path.contains("/manifests/")) {
                FakeRegistry.answer(
                        exchange,
                        429,
                        TestImage.utf8("{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow down\"}]}"));
                return true;
            }
            return false;
        });
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:1")))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("TOOMANYREQUESTS slow down");
    }

    @Test
    void aBearerTokenIsFetchedWithThePasswordAndSentOnlyToTheRegistry() {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        String basic = "Basic " + Base64.getEncoder().encodeToString(TestImage.utf8("bob:secret"));
        try (FakeRegistry elsewhere = new FakeRegistry()) {
            image.blobs().forEach(elsewhere::blob);
            registry.misbehave((exchange, path) -> {
                String sent = exchange.getRequestHeaders().getFirst("Authorization");
                if (path.equals("/token")) {
                    boolean known = basic.equals(sent);
                    FakeRegistry.answer(
                            exchange,
                            known ? 200 : 401,
                            TestImage.utf8("{\"access_token\":\"tok.en\",\"expires_in\":300}"));
                    return true;
                }
                if (!"Bearer tok.en".equals(sent)) {
                    exchange.getResponseHeaders()
                            .set(
                                    "WWW-Authenticate",
                                    "Bearer realm=\"http://" + registry.domain()
                                            + "/token\",service=\"fake, service\",scope=\"repository:app:pull\"");
                    FakeRegistry.answer(exchange, 401, new byte[0]);
                    return true;
                }
                if (path.contains("/blobs/")) {
                    exchange.getResponseHeaders().set("Location", "http://" + elsewhere.domain() + path);
                    FakeRegistry.answer(exchange, 307, new byte[0]);
                    return true;
                }
                return false;
            });
            fixture()
                    .images
                    .pull(
                            registry.reference("app:1"),
                            Platform.host(),
                            new Credentials.Password("bob", "secret"),
                            ProgressListener.SILENT);
            assertThat(registry.count("/token?")).isEqualTo(1);
            assertThat(registry.requests)
                    .anyMatch(r -> r.path()
                            .equals("/token?service=fake%2C+service&scope=repository%3Aapp%3Apull&account=bob"));
            assertThat(elsewhere.requests)
                    .isNotEmpty()
                    .allMatch(r -> r.authorization().isEmpty());
        }
        assertThatThrownBy(() -> fixture()
                        .images
                        .pull(
                                registry.reference("app:1"),
                                Platform.host(),
                                new Credentials.Password("bob", "wrong"),
                                ProgressListener.SILENT))
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("incorrect username or password")
                .hasMessageNotContaining("wrong:");
    }

    @Test
    void basicAuthenticationIsAnsweredAndAnonymousRefusedInWords() {
        TestImage image = TestImage.of("base");
        registry.push("1", image);
        String basic = "Basic " + Base64.getEncoder().encodeToString(TestImage.utf8("bob:secret"));
        registry.misbehave((exchange, path) -> {
            if (basic.equals(exchange.getRequestHeaders().getFirst("Authorization")) || path.equals("/v2/")) {
                return false;
            }
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"here\"");
            FakeRegistry.answer(exchange, 401, new byte[0]);
            return true;
        });
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:1")))
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("may require 'docker login'");
        fixture()
                .images
                .pull(
                        registry.reference("app:1"),
                        Platform.host(),
                        new Credentials.Password("bob", "secret"),
                        ProgressListener.SILENT);
    }

    @Test
    void whereARegistryRedirectsToCannotAskForThePassword() {
        registry.push("1", TestImage.of("base"));
        try (FakeRegistry elsewhere = new FakeRegistry()) {
            elsewhere.misbehave((exchange, path) -> {
                exchange.getResponseHeaders()
                        .set(
                                "WWW-Authenticate",
                                "Bearer realm=\"http://" + elsewhere.domain() + "/token\",service=\"x\"");
                FakeRegistry.answer(exchange, 401, new byte[0]);
                return true;
            });
            registry.misbehave((exchange, path) -> {
                if (path.contains("/manifests/")) {
                    exchange.getResponseHeaders().set("Location", "http://" + elsewhere.domain() + path);
                    FakeRegistry.answer(exchange, 307, new byte[0]);
                    return true;
                }
                return false;
            });
            assertThatThrownBy(() -> fixture()
                            .images
                            .pull(
                                    registry.reference("app:1"),
                                    Platform.host(),
                                    new Credentials.Password("bob", "secret"),
                                    ProgressListener.SILENT))
                    .isInstanceOf(Forbidden.class);
            assertThat(elsewhere.requests)
                    .isNotEmpty()
                    .allMatch(r -> r.authorization().isEmpty())
                    .noneMatch(r -> r.path().startsWith("/token"));
        }
    }

    @Test
    void redirectsWithoutEndAreAnError() {
        registry.misbehave((exchange, path) -> {
            if (path.contains("/manifests/")) {
                exchange.getResponseHeaders().set("Location", path);
                FakeRegistry.answer(exchange, 302, new byte[0]);
                return true;
            }
            return false;
        });
        assertThatThrownBy(() -> fixture().pull(registry.reference("app:1")))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("redirects");
    }

    @Test
    void twoPullsOfTheSameImageFetchEachBlobOnce() throws Exception {
        TestImage image = TestImage.of("a", "b", "c", "d");
        registry.push("1", image);
        registry.push("2", image);
        Fixture f = fixture();
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (String tag : List.of("1", "2", "1", "2")) {
            threads.add(Thread.ofVirtual()
                    .uncaughtExceptionHandler((_, e) -> failures.add(e))
                    .start(() -> f.pull(registry.reference("app:" + tag))));
        }
        for (Thread t : threads) {
            t.join();
        }
        assertThat(failures).isEmpty();
        for (Digest layer : image.layers()) {
            assertThat(registry.count(layer.toString())).isEqualTo(1);
        }
        assertThat(f.images.list())
                .singleElement()
                .satisfies(r -> assertThat(r.repoTags()).hasSize(2));
    }
}
