package dev.gantry.network.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.network.address.Ip;
import dev.gantry.network.port.Protocol;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.Tool;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RelayTest {
    @Test
    void whatRulesServeNeedsNoRelay() {
        assertThat(Relay.of(List.of(
                        Placed.in(Networks.bridge("a", "10.1.0.0/24"), "a", "127.0.0.1:80:80", "192.0.2.1:81:80"),
                        Placed.in(Networks.internal("i", "10.2.0.0/24"), "i", "82:80"),
                        Placed.in(Networks.dual("d", "10.3.0.0/24", "fd00:3::/64"), "d", "[2001:db8::1]:83:80"))))
                .isEmpty();
    }

    @Test
    void loopbackOfIpv6AndContainersWithoutItDo() {
        Ip four = Ip.parse("10.1.0.2");
        assertThat(Relay.of(List.of(Placed.in(Networks.bridge("a", "10.1.0.0/24"), "a", "80:8080", "53:53/sctp"))))
                .containsExactly(new Relay(Protocol.TCP, Ip.ANY_V6, 80, four, 8080));
        assertThat(Relay.of(List.of(Placed.in(Networks.dual("d", "10.1.0.0/24", "fd00:3::/64"), "d", "80:8080"))))
                .containsExactly(new Relay(Protocol.TCP, Ip.LOOPBACK_V6, 80, Ip.parse("fd00:3::2"), 8080));
    }

    @Test
    @Tag("kernel")
    void queriesReachTheEmbeddedServerAtItsRealPort() {
        Assumptions.assumeTrue(Tool.isRoot(), "needs root for a network namespace");
        Assumptions.assumeTrue(Tool.isThere("nft") && Tool.isThere("busybox"), "needs nft and busybox");
        Tool.Result result = Tool.run(
                "ip link set lo up\nnft -f - <<'END'\n" + NftText.load(ResolverTable.of(40_053, 41_053)) + """
                        END
                        nft list table inet gantry-resolver
                        busybox httpd -f -p 127.0.0.11:41053 -h / & sleep 0.3
                        timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.11/53; printf "GET /none HTTP/1.0\\r\\n\\r\\n" >&3; head -1 <&3'
                        """,
                List.of("unshare", "-n", "-p", "--fork", "--kill-child", "sh", "-e"));
        assertThat(result.output())
                .contains("127.0.0.11 . udp . 53 : 127.0.0.11 . 40053")
                .contains("404 Not Found");
        assertThat(result.code()).isZero();
    }
}
