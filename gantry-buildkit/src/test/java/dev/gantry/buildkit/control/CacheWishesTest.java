package dev.gantry.buildkit.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.build.BuildRequest;
import dev.gantry.build.share.RegistryCaches;
import dev.gantry.buildkit.frontend.FrontendOptions;
import java.util.Map;
import java.util.Set;
import moby.buildkit.v1.CacheOptions;
import moby.buildkit.v1.CacheOptionsEntry;
import moby.buildkit.v1.frontend.SolveRequest;
import org.junit.jupiter.api.Test;

class CacheWishesTest {
    private static CacheOptionsEntry entry(String type, Map<String, String> attributes) {
        return CacheOptionsEntry.newBuilder()
                .setType(type)
                .putAllAttrs(attributes)
                .build();
    }

    private static CacheWishes to(String type, Map<String, String> attributes) {
        return CacheWishes.of(
                CacheOptions.newBuilder().addExports(entry(type, attributes)).build());
    }

    private static Reference name(String text) {
        return Reference.parse(text);
    }

    @Test
    void cachesAtRegistriesAreTaken() {
        CacheWishes wishes = CacheWishes.of(CacheOptions.newBuilder()
                .addImports(entry("registry", Map.of("ref", "r:5000/a:1")))
                .addImportRefsDeprecated("r:5000/b:2")
                .addExports(entry("registry", Map.of("ref", "r:5000/c:3", "mode", "max", "ignore-error", "1")))
                .build());
        assertThat(wishes.registries().from()).containsExactlyInAnyOrder(name("r:5000/a:1"), name("r:5000/b:2"));
        assertThat(wishes.registries().to())
                .containsExactly(
                        new BuildRequest.To((Reference.Tagged) name("r:5000/c:3"), RegistryCaches.Mode.MAX, true));
        assertThat(wishes.inline()).isFalse();
        assertThat(to("inline", Map.of()).inline()).isTrue();
    }

    @Test
    void othersAreRefusedInWords() {
        assertThatThrownBy(() -> to("local", Map.of("dest", "c")))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("caches of type local are not known here");
        assertThatThrownBy(() -> to("registry", Map.of("ref", "a", "compression", "zstd")))
                .isInstanceOf(Unsupported.class);
        assertThatThrownBy(() -> to("registry", Map.of("ref", "a", "ignore-error", "perhaps")))
                .isInstanceOf(InvalidArgument.class);
    }

    @Test
    void aFrontendNamesThemInItsAttributes() {
        var options = new FrontendOptions(Map.of(
                "cache-imports", "[{\"Type\":\"registry\",\"Attrs\":{\"ref\":\"r:5000/a:1\"}}]",
                "cache-from", "r:5000/a:1,r:5000/b:2"));
        assertThat(CacheWishes.of(SolveRequest.getDefaultInstance(), options.caches()))
                .isEqualTo(Set.of(name("r:5000/a:1"), name("r:5000/b:2")));
        assertThatThrownBy(() -> new FrontendOptions(Map.of("cache-imports", "[{")).caches())
                .isInstanceOf(InvalidArgument.class);
    }
}
