package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A network plugin and an address plugin in a process of their own, from `docker network create -d` to `network rm`,
/// well and badly behaved, on a host network made for this test.
@Tag("kernel")
@Timeout(300)
class PluginNetworkTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String NOTHING = "{\"networks\": {}, \"endpoints\": {}, \"pools\": {}}";

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static NetworkPlugin plugin;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        Docker client = new Docker("unix://" + dir.resolve("s"));
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        daemon = DaemonProcess.startApart(dir);
        docker = client;
        plugin = new NetworkPlugin(daemon, dir.resolve("plugin"));
        assertThat(docker.run("import", tar.toString(), "busybox:it").code()).isZero();
    }

    @AfterAll
    static void stop() {
        if (plugin != null) {
            plugin.close();
        }
        if (daemon != null) {
            daemon.close();
        }
    }

    @BeforeEach
    void make() throws IOException {
        plugin.faults();
        plugin.forgetCalls();
        out("network", "create", "-d", plugin.name(), "--ipam-driver", plugin.name(), "-o", "color=blue", "plugged");
    }

    /// Afterwards neither the plugin nor the host has anything.
    @AfterEach
    void removeAll() throws IOException {
        plugin.faults();
        if (!plugin.isAlive()) {
            plugin.start();
        }
        for (String id : docker.run("ps", "-aq").out().lines().toList()) {
            docker.run("rm", "-f", id);
        }
        awaitState("\"endpoints\": {}");
        for (String id : docker.run("network", "ls", "-q", "--filter", "type=custom")
                .out()
                .lines()
                .toList()) {
            out("network", "rm", id);
        }
        assertThat(plugin.state()).isEqualTo(NOTHING);
        assertThat(onHost("ip", "-o", "link")).doesNotContain("smp", " gv");
    }

    private static void awaitState(String part) {
        Waiting.until(LIMIT, () -> "the plugin has " + state(), () -> state().contains(part));
    }

    private static String state() {
        try {
            return plugin.state();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String out(String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.err()).as(String.join(" ", arguments)).isEmpty();
        assertThat(r.code()).isZero();
        return r.out().strip();
    }

    private static String refusal(String... arguments) throws IOException {
        Docker.Result r = docker.run(arguments);
        assertThat(r.code()).as(r.out()).isNotZero();
        return r.err();
    }

    private static String onHost(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(daemon.inside());
        command.addAll(List.of(arguments));
        Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
        return new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static void web(String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of("run", "-d", "--name", "web", "--network", "plugged"));
        command.addAll(List.of(more));
        command.addAll(List.of("busybox:it", "sleep", "1000"));
        out(command.toArray(String[]::new));
    }

    private static String inspect(String format) throws IOException {
        return out("inspect", "-f", format, "web");
    }

    @Test
    void aContainerIsInTheNetworkOfAPluginFromBeginningToEnd() throws IOException {
        web("-p", "18080:80", "--ip", "10.200.9.77", "--network-alias", "www");
        String inside = out("exec", "web", "sh", "-c", "busybox ip addr show smp0; busybox ip route; cat /etc/hosts");
        assertThat(inside)
                .contains(
                        "inet 10.200.9.77/24",
                        "default via 10.200.9.1 dev smp0",
                        "10.5.0.0/16 via 10.200.9.1 dev smp0",
                        "10.200.9.77\t")
                .doesNotContain("eth0");
        String mac = inspect("{{.NetworkSettings.Networks.plugged.MacAddress}}");
        assertThat(mac).startsWith("02:5a:");
        assertThat(inside).contains(mac);
        assertThat(inspect("{{.NetworkSettings.Networks.plugged.IPAddress}}"
                        + " {{.NetworkSettings.Networks.plugged.Gateway}} {{json .NetworkSettings.Ports}}"))
                .isEqualTo(
                        "10.200.9.77 10.200.9.1" + " {\"80/tcp\":[{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"18080\"}]}");
        assertThat(out("run", "--rm", "--network", "plugged", "busybox:it", "busybox", "nslookup", "www"))
                .contains("10.200.9.77");
        assertThat(out("run", "--rm", "--network", "plugged", "busybox:it", "busybox", "ping", "-c1", "-W5", "web"))
                .contains("1 packets received");
        assertThat(plugin.state()).contains("\"HostPort\": 18080");
        assertThat(onHost("ip", "-o", "link", "show", "type", "bridge", "group", "26484"))
                .as("the bridge behind it is one of those that the host forwards for")
                .contains(" smp");
        assertThat(refusal("run", "--rm", "--network", "plugged", "--ip", "10.200.9.77", "busybox:it", "true"))
                .contains("IpamDriver.RequestAddress: the address is in use");
        plugin.forgetCalls();
        out("rm", "-f", "web");
        assertThat(plugin.methods())
                .containsExactly(
                        "NetworkDriver.RevokeExternalConnectivity",
                        "NetworkDriver.Leave",
                        "NetworkDriver.DeleteEndpoint",
                        "IpamDriver.ReleaseAddress");
        assertThat(out("network", "inspect", "-f", "{{.Driver}} {{.Scope}} {{json .IPAM.Config}}", "plugged"))
                .isEqualTo(plugin.name() + " local [{\"Subnet\":\"10.200.9.0/24\",\"Gateway\":\"10.200.9.1\"}]");
    }

    @Test
    void theProtocolIsSpokenInItsOrder() throws IOException {
        out("run", "--rm", "--network", "plugged", "busybox:it", "true");
        out("network", "rm", "plugged");
        List<String> methods = new ArrayList<>(plugin.methods());
        methods.removeIf(m -> m.endsWith(".GetCapabilities") || m.equals("Plugin.Activate"));
        assertThat(methods.stream().distinct().toList())
                .containsExactly(
                        "IpamDriver.GetDefaultAddressSpaces",
                        "IpamDriver.RequestPool",
                        "IpamDriver.RequestAddress",
                        "NetworkDriver.CreateNetwork",
                        "NetworkDriver.CreateEndpoint",
                        "NetworkDriver.Join",
                        "NetworkDriver.EndpointOperInfo",
                        "NetworkDriver.Leave",
                        "NetworkDriver.DeleteEndpoint",
                        "IpamDriver.ReleaseAddress",
                        "NetworkDriver.DeleteNetwork",
                        "IpamDriver.ReleasePool");
        assertThat(plugin.calls().stream().filter(c -> c.startsWith("NetworkDriver.CreateNetwork")))
                .singleElement()
                .asString()
                .contains(
                        "\"com.docker.network.generic\":{\"color\":\"blue\"}",
                        "\"AddressSpace\":\"SampleLocal\",\"Pool\":\"10.200.9.0/24\",\"Gateway\":\"10.200.9.1/24\"");
    }

    @Test
    void aRunningContainerJoinsAndLeaves() throws IOException {
        out("run", "-d", "--name", "web", "busybox:it", "sleep", "1000");
        out("network", "connect", "plugged", "web");
        assertThat(out("exec", "web", "busybox", "ip", "-o", "-4", "addr")).contains("eth0", "smp0    inet 10.200.9.");
        assertThat(refusal("network", "rm", "plugged")).contains("has active endpoints");
        out("network", "disconnect", "plugged", "web");
        assertThat(out("exec", "web", "busybox", "ip", "-o", "link")).doesNotContain("smp0");
        assertThat(plugin.state()).contains("\"endpoints\": {}");
        out("network", "disconnect", "bridge", "web");
        out("network", "connect", "--ip", "10.200.9.9", "plugged", "web");
        assertThat(out("exec", "web", "busybox", "ip", "route")).contains("default via 10.200.9.1 dev smp0");
    }

    @Test
    void whatAPluginRefusesOrLiesAboutFailsOneStartAndLeavesNothing() throws IOException {
        String[][] faults = {
            {"NetworkDriver.CreateEndpoint error out of wires", "out of wires"},
            {"NetworkDriver.Join error not today", "not today"},
            {"NetworkDriver.Join noise", "NetworkDriver.Join"},
            {"NetworkDriver.Join close", "NetworkDriver.Join"},
            {"NetworkDriver.EndpointOperInfo error blind", "blind"},
            {"NetworkDriver.Join answer {\"InterfaceName\":{\"SrcName\":\"lo\"}}", "which the host itself needs"},
            {"NetworkDriver.Join answer {\"InterfaceName\":{\"SrcName\":\"nowhere\"}}", "the host has none of that name"
            },
            {"NetworkDriver.Join answer {}", "and there is none"},
            {"NetworkDriver.Join answer {\"InterfaceName\":{\"SrcName\":\"../x\"}}", "the name of an interface belongs"
            },
            {"NetworkDriver.ProgramExternalConnectivity error ports are out", "ports are out"},
            {"IpamDriver.RequestAddress error none left", "none left"},
            {"IpamDriver.RequestAddress answer {\"Address\":\"192.168.9.9/24\"}", "192.168.9.9"},
        };
        for (String[] fault : faults) {
            plugin.faults(fault[0]);
            assertThat(refusal("run", "--name", "web", "--network", "plugged", "-p", "18080:80", "busybox:it", "true"))
                    .as(fault[0])
                    .contains(fault[1]);
            assertThat(inspect("{{.State.Status}} {{.NetworkSettings.Networks.plugged.IPAddress}}"))
                    .isEqualTo("created");
            plugin.faults();
            out("rm", "web");
            awaitState("\"endpoints\": {}");
        }
        assertThat(plugin.state()).contains("\"used\": [\"10.200.9.1\"]");
        out("run", "--rm", "--network", "plugged", "-p", "18080:80", "busybox:it", "true");
    }

    @Test
    void aPluginThatDiesInTheMiddleIsToldLaterWhatIsOver() throws IOException {
        plugin.faults("NetworkDriver.Join after");
        assertThat(refusal("run", "--rm", "--network", "plugged", "busybox:it", "true"))
                .contains("NetworkDriver.Join");
        assertThat(plugin.state()).contains("sandbox");
        assertThat(out("run", "--rm", "busybox:it", "echo", "others are fine")).isEqualTo("others are fine");
        plugin.faults();
        plugin.start();
        awaitState("\"endpoints\": {}");
        out("run", "--rm", "--network", "plugged", "busybox:it", "true");
    }

    @Test
    void whoWaitsForAPluginThatHangsWaitsAlone() throws Exception {
        plugin.faults("NetworkDriver.Join hang", "NetworkDriver.CreateNetwork hang");
        Process hanging = docker.start("run", "--name", "web", "--network", "plugged", "busybox:it", "true");
        Process making = docker.start("network", "create", "-d", plugin.name(), "--ipam-driver", "null", "slow");
        Waiting.until(
                LIMIT, () -> "both calls", () -> asked("NetworkDriver.Join") && asked("NetworkDriver.CreateNetwork"));
        out("network", "create", "quick");
        assertThat(refusal("network", "create", "slow")).contains("network with name slow already exists");
        assertThat(out("run", "--rm", "--network", "quick", "busybox:it", "echo", "here"))
                .isEqualTo("here");
        assertThat(out("ps", "-a", "--format", "{{.Names}}")).isEqualTo("web");
        assertThat(hanging.isAlive()).isTrue();
        assertThat(making.isAlive()).isTrue();
        plugin.kill();
        assertThat(hanging.waitFor()).isEqualTo(125);
        assertThat(making.waitFor()).isEqualTo(1);
        plugin.faults();
        plugin.start();
    }

    private static boolean asked(String method) {
        try {
            return plugin.methods().contains(method);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anEngineThatStartsAgainNeedsNoPluginForWhatRunsAndTellsItWhatHasEnded() throws IOException {
        web();
        out("run", "-d", "--name", "gone", "--network", "plugged", "busybox:it", "sleep", "1000");
        String pid = out("inspect", "-f", "{{.State.Pid}}", "gone");
        plugin.kill();
        daemon.kill();
        Rootfs.run("kill", "-9", pid);
        daemon.startAgain();
        assertThat(inspect("{{.State.Status}} {{.NetworkSettings.Networks.plugged.Gateway}}"))
                .isEqualTo("running 10.200.9.1");
        assertThat(out("exec", "web", "busybox", "ip", "addr", "show", "smp0")).contains("inet 10.200.9.");
        assertThat(out("inspect", "-f", "{{.State.Status}}", "gone")).isEqualTo("exited");
        plugin.start();
        Waiting.until(LIMIT, () -> "the plugin has " + state(), () -> state().split("\"sandbox\"", -1).length == 2);
        out("start", "gone");
    }

    @Test
    void whatCannotBeMadeLeavesNothing() throws IOException {
        plugin.faults("NetworkDriver.CreateNetwork error no bridges");
        assertThat(refusal("network", "create", "-d", plugin.name(), "--ipam-driver", plugin.name(), "more"))
                .contains("no bridges");
        plugin.faults("IpamDriver.RequestPool answer {\"PoolID\":\"x\",\"Pool\":\"everything\"}");
        assertThat(refusal("network", "create", "-d", plugin.name(), "--ipam-driver", plugin.name(), "more"))
                .contains("everything");
        plugin.faults();
        assertThat(refusal("network", "create", "-d", plugin.name(), "--ipam-driver", "nobody", "more"))
                .contains("plugin \"nobody\" not found");
        assertThat(refusal("network", "create", "--ipam-driver", "null", "more"))
                .contains("the address management null gives no addresses");
        assertThat(out("network", "ls", "--filter", "type=custom", "--format", "{{.Name}}"))
                .isEqualTo("plugged");
        assertThat(plugin.state())
                .contains("\"pools\": {\"pool-10.200.9.0/24\"")
                .doesNotContain("10.201");
    }

    @Test
    void addressesOfAPluginServeABridgeToo() throws IOException {
        out("network", "create", "--ipam-driver", plugin.name(), "--subnet", "10.230.0.0/24", "bridged");
        assertThat(out(
                        "run",
                        "--rm",
                        "--network",
                        "bridged",
                        "busybox:it",
                        "busybox",
                        "ping",
                        "-c1",
                        "-W5",
                        "10.230.0.1"))
                .contains("1 packets received");
        assertThat(plugin.state()).contains("\"subnet\": \"10.230.0.0/24\", \"used\": [\"10.230.0.1\"]");
    }
}
