package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.util.List;
import org.junit.jupiter.api.Test;

class EtcFilesTest {
    @Test
    void aContainerWithoutANetworkFindsItselfAndWhatItWasTold() {
        assertThat(EtcFiles.hosts("web", "example.org", List.of("db:10.0.0.9", "six:fd00::9")))
                .startsWith("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost")
                .endsWith("10.0.0.9\tdb\nfd00::9\tsix\n127.0.1.1\tweb.example.org web\n")
                .doesNotContain("host.docker.internal");
        assertThatThrownBy(() -> EtcFiles.hosts("web", "", List.of("host:host-gateway")))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("host-gateway has no meaning");
    }

    @Test
    void theResolversOfTheHostAreUsedAsTheyAreUnlessToldOtherwise() {
        String host = "# ours\nnameserver 192.0.2.1\nsearch corp\noptions edns0\n";
        assertThat(EtcFiles.resolvConf(host, names(List.of(), List.of(), List.of())))
                .isEqualTo(host);
        assertThat(EtcFiles.resolvConf(host, names(List.of("9.9.9.9"), List.of("a", "b"), List.of("ndots:2"))))
                .isEqualTo("# ours\nnameserver 9.9.9.9\nsearch a b\noptions ndots:2\n");
    }

    private static ContainerSpec.Names names(List<String> dns, List<String> search, List<String> options) {
        return new ContainerSpec.Names(List.of(), dns, search, options);
    }
}
