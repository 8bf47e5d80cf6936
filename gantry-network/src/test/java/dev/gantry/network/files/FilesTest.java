package dev.gantry.network.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.network.address.Ip;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilesTest {
    private static final List<Ip> HOST = List.of(Ip.parse("10.1.0.1"), Ip.parse("fd00:1::1"));

    @Test
    void aContainerKnowsItselfTheHostAndWhatItWasTold() {
        String text = HostsFile.common()
                .addExtra(
                        List.of(
                                HostsFile.Extra.parse("db:10.9.9.9"),
                                HostsFile.Extra.parse("six=[fd00::9]"),
                                HostsFile.Extra.parse("seven:fd00::7"),
                                HostsFile.Extra.parse("me:host-gateway")),
                        HOST)
                .addSelf("web", "example.org", List.of(Ip.parse("10.1.0.2")))
                .text();
        assertThat(text).startsWith("127.0.0.1\tlocalhost\n").endsWith("""
                10.9.9.9\tdb
                fd00::9\tsix
                fd00::7\tseven
                10.1.0.1\tme
                fd00:1::1\tme
                10.1.0.1\thost.docker.internal
                fd00:1::1\thost.docker.internal
                10.1.0.2\tweb.example.org web
                """);
    }

    @Test
    void theHostsNameMeansWhatItsUserSays() {
        assertThat(HostsFile.common()
                        .addExtra(List.of(HostsFile.Extra.parse("host.docker.internal:192.0.2.1")), HOST)
                        .text())
                .endsWith("192.0.2.1\thost.docker.internal\n")
                .doesNotContain("10.1.0.1");
    }

    @Test
    void whatIsNoEntryIsRefused() {
        for (String bad :
                List.of("", "db", "db:", ":1.2.3.4", "db:nowhere", "a b:1.2.3.4", "db\n:1.2.3.4", "db:1.2.3.4\nx")) {
            assertThatThrownBy(() -> HostsFile.Extra.parse(bad))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("bad format for add-host");
        }
        assertThatThrownBy(
                        () -> HostsFile.common().addExtra(List.of(HostsFile.Extra.parse("me:host-gateway")), List.of()))
                .hasMessageContaining("host-gateway has no meaning");
    }

    @Test
    void aLoopbackStubIsReplacedByWhatItAsks() {
        String stub = "# stub\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch corp\n";
        String real = "nameserver 192.0.2.53\nnameserver fd00::53\nsearch corp\n";
        assertThat(ResolvConf.ofHost(stub, real).servers()).containsExactly("192.0.2.53", "fd00::53");
        assertThat(ResolvConf.ofHost(stub, "").servers()).containsExactly("127.0.0.53");
        assertThat(ResolvConf.ofHost("nameserver 192.0.2.1\n", real).servers()).containsExactly("192.0.2.1");
    }

    @Test
    void theEmbeddedServerIsAskedForContainersNamesAsTheyAre() {
        ResolvConf host = ResolvConf.parse("nameserver 127.0.0.53\nnameserver 192.0.2.1\nsearch a b\noptions edns0\n");
        assertThat(host.embedded().text()).isEqualTo("nameserver 127.0.0.11\nsearch a b\noptions edns0 ndots:0\n");
        assertThat(host.with(List.of(), List.of("."), List.of("ndots:2"))
                        .embedded()
                        .text())
                .isEqualTo("nameserver 127.0.0.11\noptions ndots:2\n");
        assertThat(host.upstreams()).containsExactly(Ip.parse("127.0.0.53"), Ip.parse("192.0.2.1"));
        assertThat(ResolvConf.parse("nameserver 127.0.0.11").upstreams()).isEmpty();
    }

    @Test
    void aContainerOnTheDefaultBridgeAsksTheServersItself() {
        ResolvConf host = ResolvConf.parse("nameserver ::1\nnameserver 192.0.2.1\nnameserver 8.8.8.8\nsortlist x\n");
        assertThat(host.direct().text()).isEqualTo("sortlist x\nnameserver 192.0.2.1\nnameserver 8.8.8.8\n");
        assertThat(host.with(List.of("9.9.9.9"), List.of("d"), List.of())
                        .direct()
                        .text())
                .isEqualTo("sortlist x\nnameserver 9.9.9.9\nsearch d\n");
        assertThat(ResolvConf.parse("").text()).isEmpty();
    }
}
