package dev.gantry.engine.plugin.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.engine.plugin.PluginDirectories;
import dev.gantry.engine.plugin.PluginDiscovery;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.PluginProcess;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.network.address.AddressWithPrefix;
import dev.gantry.network.address.Ip;
import dev.gantry.network.address.Subnet;
import dev.gantry.network.model.EndpointId;
import dev.gantry.network.model.Network;
import dev.gantry.network.model.NetworkId;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.network.model.Pool;
import dev.gantry.network.port.ContainerPort;
import dev.gantry.network.port.PublishedPort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The protocols of networks and addresses with a plugin in a process and a network namespace of its own.
@Tag("kernel")
@Timeout(120)
class RemoteNetworksKernelTest {
    private static final EndpointId ENDPOINT = EndpointId.random(new Random(2));
    private static final Subnet SUBNET = Subnet.parse("10.99.1.0/24");
    private static final Network NETWORK = new Network(
            NetworkId.random(new Random(1)),
            Instant.EPOCH,
            NetworkSpec.named("web").withDriver("sample").withOptions(Map.of("color", "blue")),
            List.of(new Pool(SUBNET, SUBNET, List.of(Ip.parse("10.99.1.1")), Map.of())));
    private static final RemoteEndpoint GIVEN =
            new RemoteEndpoint(AddressWithPrefix.find("10.99.1.5/24"), Optional.empty(), Optional.empty());

    @TempDir
    Path dir;

    private String namespace;
    private PluginProcess process;
    private Plugins plugins;

    @BeforeEach
    void start() throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "namespaces need root here");
        namespace = "gtnet" + Long.toHexString(ProcessHandle.current().pid());
        run("ip", "netns", "add", namespace);
        process = PluginProcess.startIn(namespace, dir.resolve("p"), "sample").ready();
        plugins = new Plugins(
                new PluginDiscovery(new PluginDirectories(List.of(dir.resolve("p")), List.of())),
                Duration.ofSeconds(30));
    }

    @AfterEach
    void stop() throws IOException {
        if (process != null) {
            process.close();
            run("ip", "netns", "delete", namespace);
        }
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return said;
    }

    private RemoteNetworks networks() {
        return RemoteNetworks.of(plugins, "sample");
    }

    private List<String> asked(String method) {
        return process.calls().stream().filter(c -> c.startsWith(method + " ")).toList();
    }

    @Test
    void anInterfaceComesAndGoesAsTheProtocolSays() throws IOException {
        RemoteNetworks networks = networks();
        assertThat(networks.capabilities()).isEqualTo(new RemoteNetworks.Capabilities("local", "local", false));
        networks.create(NETWORK, "LocalDefault");
        assertThat(asked("NetworkDriver.CreateNetwork").getFirst())
                .contains(
                        "\"com.docker.network.generic\":{\"color\":\"blue\"}",
                        "\"Pool\":\"10.99.1.0/24\",\"Gateway\":\"10.99.1.1/24\"",
                        "\"IPv6Data\":[]");
        RemoteEndpoint chosen = networks.createEndpoint(NETWORK, ENDPOINT, GIVEN, Map.of());
        assertThat(chosen.ipv4()).isEmpty();
        assertThat(chosen.mac().orElseThrow()).hasToString("02:00:00:00:00:07");
        RemoteJoin join = networks.join(NETWORK, ENDPOINT, "/proc/1/ns/net", Map.of());
        assertThat(run("ip", "-n", namespace, "link", "show", join.source())).contains("02:00:00:00:00:07");
        assertThat(join.prefix()).isEqualTo("eth");
        assertThat(join.gateway()).contains(Ip.parse("10.99.1.1"));
        assertThat(join.routes())
                .containsExactly(
                        new RemoteJoin.Route(Subnet.parse("10.5.0.0/16"), Optional.of(Ip.parse("10.99.1.9"))),
                        new RemoteJoin.Route(Subnet.parse("10.6.0.0/16"), Optional.empty()));
        networks.publish(NETWORK, ENDPOINT, List.of(new PublishedPort(ContainerPort.parse("80/tcp"), Ip.ANY_V4, 8080)));
        assertThat(asked("NetworkDriver.ProgramExternalConnectivity").getFirst())
                .contains("\"Proto\":6,\"Port\":80,\"HostIP\":\"0.0.0.0\",\"HostPort\":8080");
        networks.unpublish(NETWORK, ENDPOINT);
        assertThat(networks.operationalData(NETWORK, ENDPOINT)).containsEntry("seen", "yes");
        networks.leave(NETWORK, ENDPOINT);
        networks.deleteEndpoint(NETWORK, ENDPOINT);
        assertThat(run("ip", "-n", namespace, "link")).doesNotContain(join.source());
        networks.remove(NETWORK);
        assertThatThrownBy(() -> networks.remove(NETWORK))
                .isInstanceOf(Internal.class)
                .hasMessageContaining(
                        "remove network web with plugin sample: NetworkDriver.DeleteNetwork: no such network");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"InterfaceName\":{\"SrcName\":\"../../etc\"}}",
                "{\"InterfaceName\":{\"SrcName\":\"an interface too long\"}}",
                "{\"InterfaceName\":\"eth0\"}",
                "{\"Gateway\":\"nowhere\"}",
                "{\"StaticRoutes\":[{\"Destination\":\"10.0.0.0/8\",\"RouteType\":-1}]}",
                "{\"StaticRoutes\":[{\"Destination\":\"10.0.0.0/8\",\"RouteType\":0}]}",
                "{\"StaticRoutes\":[{\"Destination\":\"all\",\"RouteType\":1}]}",
                "{\"StaticRoutes\":{}}"
            })
    void aLieAboutAnInterfaceIsRefusedAndLeft(String answer) {
        RemoteNetworks networks = networks();
        networks.create(NETWORK, "LocalDefault");
        networks.createEndpoint(NETWORK, ENDPOINT, GIVEN, Map.of());
        process.faults("NetworkDriver.Join answer " + answer);
        assertThatThrownBy(() -> networks.join(NETWORK, ENDPOINT, "/proc/1/ns/net", Map.of()))
                .isInstanceOf(GantryException.class)
                .hasMessageStartingWith("join network web with plugin sample: ");
        assertThat(asked("NetworkDriver.Leave")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Interface\":{\"Address\":\"10.99.1.77/24\"}}",
                "{\"Interface\":{\"Address\":\"10.99.1.77\"}}",
                "{\"Interface\":{\"AddressIPv6\":\"10.99.1.77/24\"}}",
                "{\"Interface\":{\"MacAddress\":\"ff:ff\"}}",
                "{\"Interface\":[]}"
            })
    void aLieAboutAnAddressIsRefusedAndTheEndpointDeleted(String answer) {
        RemoteNetworks networks = networks();
        networks.create(NETWORK, "LocalDefault");
        process.faults("NetworkDriver.CreateEndpoint answer " + answer);
        assertThatThrownBy(() -> networks.createEndpoint(NETWORK, ENDPOINT, GIVEN, Map.of()))
                .isInstanceOf(Internal.class);
        assertThat(asked("NetworkDriver.DeleteEndpoint")).hasSize(1);
    }

    @Test
    void addressesAreThePluginsBusiness() {
        RemoteIpam ipam = RemoteIpam.of(plugins, "sample");
        assertThat(plugins.active(PluginKind.IPAM)).containsExactly("sample");
        assertThat(ipam.needs()).isEqualTo(new RemoteIpam.Needs(false, false));
        assertThat(ipam.addressSpace(false)).isEqualTo("SampleLocal");
        RemoteIpam.Pool pool = ipam.requestPool("SampleLocal", Optional.of(SUBNET), Optional.empty(), Map.of(), false);
        assertThat(pool.subnet()).isEqualTo(SUBNET);
        assertThat(ipam.requestGateway(pool, Optional.empty())).hasToString("10.99.1.1/24");
        assertThat(asked("IpamDriver.RequestAddress").getFirst())
                .contains("\"RequestAddressType\":\"com.docker.network.gateway\"");
        AddressWithPrefix wanted = ipam.requestAddress(pool, Optional.of(Ip.parse("10.99.1.9")), Optional.empty());
        assertThat(wanted).hasToString("10.99.1.9/24");
        ipam.releaseAddress(pool, wanted.address());
        ipam.releasePool(pool.id());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Address\":\"192.168.0.1/24\"}",
                "{\"Address\":\"10.99.1.8\"}",
                "{\"Address\":\"\"}",
                "{\"Address\":-7}",
                "{\"Error\":\"none left\"}"
            })
    void anAddressFromElsewhereIsNotTaken(String answer) {
        RemoteIpam ipam = RemoteIpam.of(plugins, "sample");
        process.faults("IpamDriver.RequestAddress answer " + answer);
        assertThatThrownBy(
                        () -> ipam.requestAddress(new RemoteIpam.Pool("p", SUBNET), Optional.empty(), Optional.empty()))
                .isInstanceOf(Internal.class);
        process.faults("IpamDriver.RequestPool answer {\"PoolID\":\"x\",\"Pool\":\"10.0.0.0/8\"}");
        assertThatThrownBy(() -> ipam.requestPool("s", Optional.of(SUBNET), Optional.empty(), Map.of(), false))
                .isInstanceOf(Internal.class);
        assertThat(asked("IpamDriver.ReleasePool")).hasSize(1);
    }
}
