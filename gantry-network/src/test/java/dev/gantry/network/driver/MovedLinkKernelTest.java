package dev.gantry.network.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.Forbidden;
import dev.gantry.base.NotFound;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.MacAddress;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.endpoint.Endpoint;
import dev.gantry.network.endpoint.EndpointPlan;
import dev.gantry.network.endpoint.Given;
import dev.gantry.network.endpoint.Route;
import dev.gantry.network.endpoint.SandboxPlan;
import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.TestHost;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Interfaces that a driver of somebody else's made on the host, moved into containers.
@Tag("kernel")
class MovedLinkKernelTest {
    private static final Instance US = Instance.DEFAULT;

    private final Network web = Networks.of("web", "sample", "10.1.0.0/24", Map.of());

    private TestHost host;
    private TestHost inside;
    private KernelNetworks driver;

    @BeforeEach
    void open() {
        host = TestHost.open();
        inside = TestHost.open();
        driver = host.driver(US);
        driver.reconcile(List.of(), List.of());
        host.run("ip link add src0 address 02:00:00:00:00:07 type veth peer name far0; ip link set far0 up;"
                + " ip addr add 10.1.0.1/24 dev far0");
    }

    @AfterEach
    void close() {
        if (driver != null) {
            driver.close();
            inside.close();
            host.close();
        }
    }

    private Attachment from(String source, MacAddress mac) {
        Attachment a = Placed.in(web, "a");
        Endpoint e = a.endpoint()
                .withPlace(a.endpoint().addresses(), mac)
                .with(new Given(
                        true,
                        source,
                        List.of(Ip.parse("10.1.0.1")),
                        List.of(
                                new Route(Subnet.parse("10.5.0.0/16"), Ip.parse("10.1.0.9")),
                                new Route(Subnet.parse("10.6.0.0/16"), null)),
                        Given.NOTHING.resolver(),
                        ""));
        return new Attachment(web, e);
    }

    private EndpointPlan attach(Attachment a) {
        EndpointPlan plan = SandboxPlan.of(US, List.of(a), Map.of()).endpoints().getFirst();
        try (ContainerSockets sockets = inside.sockets()) {
            driver.attach(a, plan, sockets);
        }
        return plan;
    }

    @Test
    void anInterfaceGoesInWithItsAddressesAndRoutesAndComesBackByItsOldName() {
        EndpointPlan plan = attach(from("src0", MacAddress.UNKNOWN));
        assertThat(host.run("ip -o link")).doesNotContain("src0");
        assertThat(inside.run("ip link show eth0")).contains("02:00:00:00:00:07");
        assertThat(inside.run("ip route"))
                .contains(
                        "default via 10.1.0.1 dev eth0",
                        "10.5.0.0/16 via 10.1.0.9 dev eth0",
                        "10.6.0.0/16 dev eth0 scope link");
        assertThat(inside.pings("10.1.0.1")).isTrue();
        try (ContainerSockets sockets = inside.sockets()) {
            driver.detach(plan, sockets);
            driver.detach(plan, sockets);
        }
        assertThat(host.run("ip -o link show src0")).contains("02:00:00:00:00:07", "state DOWN");
        assertThat(inside.run("ip -o link")).doesNotContain("eth0");
    }

    @Test
    void theDriversHardwareAddressIsSet() {
        attach(from("src0", new MacAddress("02:00:00:00:00:99")));
        assertThat(inside.run("ip link show eth0")).contains("02:00:00:00:00:99");
    }

    @Test
    void whatTheHostLivesByIsNotMoved() {
        host.run("ip link set src0 up; ip addr add 192.0.2.1/24 dev src0; ip route add default via 192.0.2.9;"
                + " ip link add of-another type veth peer name of-another1;"
                + " ip link set of-another alias 'gantry endpoint " + "0".repeat(64) + "';"
                + " ip link add some-bridge type bridge");
        for (String name : List.of("lo", "src0", "of-another", "some-bridge")) {
            assertThatThrownBy(() -> attach(from(name, MacAddress.UNKNOWN)))
                    .as(name)
                    .isInstanceOf(Forbidden.class)
                    .hasMessageContaining("which the host itself needs");
            assertThat(host.run("ip -o link show " + name)).contains(name);
        }
        assertThatThrownBy(() -> attach(from("nowhere", MacAddress.UNKNOWN)))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("the driver names the interface nowhere, and the host has none of that name");
    }

    @Test
    void aNameThatIsTakenInsideLeavesTheInterfaceWhereItWas() {
        inside.run("ip link add eth0 type veth peer name x");
        assertThatThrownBy(() -> attach(from("src0", MacAddress.UNKNOWN))).isInstanceOf(Conflict.class);
        assertThat(host.run("ip -o link show src0")).contains("src0");
    }

    @Test
    void anAddressThatCannotBeSetSendsTheInterfaceBack() {
        inside.run("ip link add eth1 type veth peer name x; ip addr add 10.1.0.9/24 dev eth1");
        Attachment a = from("src0", MacAddress.UNKNOWN);
        Given unreachable = new Given(
                true,
                "src0",
                List.of(),
                List.of(new Route(Subnet.parse("10.5.0.0/16"), Ip.parse("172.31.0.9"))),
                Given.NOTHING.resolver(),
                "");
        assertThatThrownBy(() -> attach(new Attachment(web, a.endpoint().with(unreachable))))
                .hasMessageContaining("10.5.0.0");
        assertThat(host.run("ip -o link show src0")).contains("src0");
        assertThat(inside.run("ip -o link")).doesNotContain("eth0");
    }
}
