package dev.gantry.images.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistryOptions;
import dev.gantry.images.testing.FakeRegistry;
import dev.gantry.images.testing.Fixture;
import dev.gantry.images.testing.PlainExtractor;
import dev.gantry.images.testing.TestImage;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Mirrors of Docker's own registry.
@Timeout(60)
class MirrorTest {
    private static final Reference NAME = Reference.parse("app:1");
    private static final Credentials LOGIN = new Credentials.Password("me", "secret");

    @TempDir
    Path directory;

    private final FakeRegistry first = new FakeRegistry();
    private final FakeRegistry second = new FakeRegistry();
    private final TestImage image = TestImage.of("base", "top");
    private Fixture fixture;
    private RegistryClient client;
    private LocalImages images;

    @BeforeEach
    void open() {
        fixture = new Fixture(directory);
        client = new RegistryClient(
                new RegistryOptions(Set.of(), List.of(address(first), address(second)), 3, Fixture.SOON));
        images = new LocalImages(
                fixture.content,
                fixture.snapshots,
                fixture.table,
                new PlainExtractor(),
                client,
                Clock.systemUTC(),
                new Random(1));
    }

    @AfterEach
    void close() {
        client.close();
        fixture.close();
        first.close();
        second.close();
    }

    private static URI address(FakeRegistry registry) {
        return URI.create("http://" + registry.domain());
    }

    private Image pull() {
        return images.pull(NAME, Platform.host(), LOGIN, _ -> {});
    }

    @Test
    void theFirstMirrorThatHasItAnswersAndSeesNoLogin() {
        first.push("1", image);
        assertThat(pull().id().digest()).isEqualTo(image.config());
        assertThat(images.list())
                .singleElement()
                .satisfies(row -> assertThat(row.repoTags()).containsExactly("app:1"));
        assertThat(first.requests).isNotEmpty().allMatch(r -> r.authorization().equals(Optional.empty()));
        assertThat(first.count("/v2/library/app/manifests/1")).isEqualTo(1);
        assertThat(second.requests).isEmpty();
    }

    @Test
    void oneThatDoesNotHaveItIsPassedOver() {
        second.push("1", image);
        assertThat(pull().id().digest()).isEqualTo(image.config());
        assertThat(first.count("/manifests/1")).isEqualTo(1);
    }

    @Test
    void oneThatFailsInTheMiddleIsPassedOver() {
        first.push("1", image);
        second.push("1", image);
        first.misbehave((exchange, path) -> {
            if (path.contains("/blobs/")) {
                FakeRegistry.answer(exchange, 503, new byte[0]);
                return true;
            }
            return false;
        });
        assertThat(pull().id().digest()).isEqualTo(image.config());
        assertThat(second.count("/blobs/")).isGreaterThanOrEqualTo(1);
    }

    @Test
    void oneThatIsNotThereIsPassedOver() {
        first.close();
        second.push("1", image);
        assertThat(pull().id().digest()).isEqualTo(image.config());
    }
}
