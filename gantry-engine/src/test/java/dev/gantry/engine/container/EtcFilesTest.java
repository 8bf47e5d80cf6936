package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.container.ContainerNetworks.Whereabouts;
import dev.gantry.network.address.Ip;
import dev.gantry.network.files.ResolvConf;
import java.util.List;
import org.junit.jupiter.api.Test;

class EtcFilesTest {
    private static final Whereabouts NOWHERE = Whereabouts.NOWHERE;

    private static ContainerSpec spec(String domain, String... extra) {
        return ContainerSpec.of("debian")
                .domainname(domain)
                .names(new ContainerSpec.Names(List.of(extra), List.of(), List.of(), List.of()))
                .build();
    }

    @Test
    void aContainerWithoutANetworkFindsItselfAndWhatItWasTold() {
        assertThat(EtcFiles.hosts("web", spec("example.org", "db:10.0.0.9", "six:fd00::9"), NOWHERE))
                .startsWith("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost")
                .endsWith("10.0.0.9\tdb\nfd00::9\tsix\n127.0.1.1\tweb.example.org web\n")
                .doesNotContain("host.docker.internal");
        assertThatThrownBy(() -> EtcFiles.hosts("web", spec("", "host:host-gateway"), NOWHERE))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("host-gateway has no meaning");
    }

    @Test
    void aContainerInANetworkFindsTheHostItsLinksAndItself() {
        var where = new Whereabouts(
                List.of(Ip.parse("172.18.0.2"), Ip.parse("fd00::2")),
                List.of(Ip.parse("172.18.0.1")),
                List.of(new Whereabouts.Other(Ip.parse("172.18.0.3"), "db postgres")),
                Whereabouts.Names.DIRECT);
        assertThat(EtcFiles.hosts("web", spec("", "up:host-gateway"), where))
                .endsWith("172.18.0.1\tup\n172.18.0.1\thost.docker.internal\n172.18.0.3\tdb postgres\n"
                        + "172.18.0.2\tweb\nfd00::2\tweb\n");
    }

    @Test
    void theResolversOfTheHostAreUsedAsTheyAreUnlessToldOtherwise() {
        String etc = "# ours\nnameserver 192.0.2.1\nsearch corp\noptions edns0\n";
        var host = ResolvConf.parse(etc);
        var asHost = Whereabouts.Names.AS_HOST;
        assertThat(EtcFiles.resolvConf(etc, host, names(List.of(), List.of(), List.of()), asHost))
                .isEqualTo(etc);
        assertThat(EtcFiles.resolvConf(
                        etc, host, names(List.of("9.9.9.9"), List.of("a", "b"), List.of("ndots:2")), asHost))
                .isEqualTo("# ours\nnameserver 9.9.9.9\nsearch a b\noptions ndots:2\n");
    }

    @Test
    void inANetworkOfItsOwnAContainerAsksTheEngineAndOnTheDefaultOneWhomItCanReach() {
        String etc = "nameserver 127.0.0.53\nnameserver 192.0.2.1\nsearch corp\n";
        var host = ResolvConf.parse(etc);
        var none = names(List.of(), List.of(), List.of());
        assertThat(EtcFiles.resolvConf(etc, host, none, Whereabouts.Names.DIRECT))
                .isEqualTo("nameserver 192.0.2.1\nsearch corp\n");
        assertThat(EtcFiles.resolvConf(etc, host, none, Whereabouts.Names.EMBEDDED))
                .isEqualTo("nameserver 127.0.0.11\nsearch corp\noptions ndots:0\n");
    }

    private static ContainerSpec.Names names(List<String> dns, List<String> search, List<String> options) {
        return new ContainerSpec.Names(List.of(), dns, search, options);
    }
}
