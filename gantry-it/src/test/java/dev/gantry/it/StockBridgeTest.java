package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Containers in networks by the stock `docker` client, on a host network made for this test.
@Tag("kernel")
@Timeout(240)
class StockBridgeTest {
    private static final String SERVE = "while true; do echo hello | busybox nc -l -p 80; done";

    @TempDir
    static Path dir;

    private static StockDaemon stock;
    private static DaemonProcess daemon;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
        daemon = stock.daemon();
        docker = stock.docker();
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @AfterEach
    void removeAll() throws IOException {
        stock.removeAll();
        assertNothingOfContainersIsLeft();
    }

    /// Interfaces leave a little after their containers, with the namespaces; addresses and ports at once.
    private static void assertNothingOfContainersIsLeft() throws IOException {
        Instant deadline = Instant.now().plusSeconds(60);
        while (!onHost("sh", "-c", "ip -o link | grep -c ' gv'").equals("0")
                && Instant.now().isBefore(deadline)) {
            Waiting.pause();
        }
        assertThat(onHost("ip", "-o", "link")).doesNotContain(" gv");
        assertThat(onHost("nft", "list", "ruleset")).doesNotContain("8080");
    }

    private static String out(String... arguments) throws IOException {
        return stock.out(arguments);
    }

    private static String refusal(String... arguments) throws IOException {
        return stock.refusal(arguments);
    }

    private static String onHost(String... arguments) throws IOException {
        return stock.onHost(arguments);
    }

    @Test
    void aContainerIsOnTheBridgeUnlessToldOtherwise() throws IOException {
        String seen = out(
                "run",
                "--rm",
                "busybox:it",
                "sh",
                "-c",
                "busybox ip -o -4 addr show eth0; busybox ip route; cat /etc/hosts");
        assertThat(seen)
                .contains("inet 172.17.0.", "default via 172.17.0.1 dev eth0", "172.17.0.1\thost.docker.internal");
        assertThat(out("run", "--rm", "busybox:it", "busybox", "ping", "-c", "1", "-W", "2", "172.17.0.1"))
                .contains("1 packets received");
        assertNothingOfContainersIsLeft();
    }

    @Test
    void containersFindEachOtherByNameInANetworkOfTheirOwn() throws IOException {
        out("network", "create", "--subnet", "10.81.0.0/24", "front");
        out(
                "run",
                "-d",
                "--name",
                "web",
                "--network",
                "front",
                "--network-alias",
                "www",
                "--ip",
                "10.81.0.9",
                "busybox:it",
                "sleep",
                "1000");
        for (String name : List.of("web", "www", "web.front")) {
            assertThat(out("run", "--rm", "--network", "front", "busybox:it", "busybox", "nslookup", name))
                    .as(name)
                    .contains("10.81.0.9");
        }
        assertThat(out(
                        "inspect",
                        "-f",
                        "{{.NetworkSettings.Networks.front.IPAddress}} {{.NetworkSettings.Networks.front.Gateway}}"
                                + " {{json .NetworkSettings.Networks.front.Aliases}} {{.HostConfig.NetworkMode}}",
                        "web"))
                .isEqualTo("10.81.0.9 10.81.0.1 [\"www\"] front");
        assertThat(out("network", "inspect", "-f", "{{range .Containers}}{{.Name}} {{.IPv4Address}}{{end}}", "front"))
                .isEqualTo("web 10.81.0.9/24");
        assertThat(refusal("network", "rm", "front")).contains("network front has active endpoints", "name:\"web\"");
        assertThat(refusal("run", "--rm", "--network", "front", "--ip", "10.81.0.9", "busybox:it", "true"))
                .contains("Address already in use");
    }

    @Test
    void aNetworkIsConnectedAndDisconnectedWhileTheContainerRuns() throws IOException {
        out("network", "create", "--subnet", "10.82.0.0/24", "one");
        out("network", "create", "--subnet", "10.83.0.0/24", "two");
        String id = out("run", "-d", "--name", "web", "--network", "one", "busybox:it", "sleep", "1000");
        out("network", "connect", "--alias", "late", "two", "web");
        assertThat(out("exec", "web", "busybox", "ip", "-o", "-4", "addr", "show", "eth1"))
                .contains("10.83.0.2/24");
        assertThat(out("run", "--rm", "--network", "two", "busybox:it", "busybox", "nslookup", "late"))
                .contains("10.83.0.2");
        assertThat(refusal("network", "connect", "two", "web"))
                .contains("endpoint with name web already exists in network two");
        out("network", "disconnect", "one", "web");
        assertThat(out("exec", "web", "busybox", "ip", "route"))
                .contains("default via 10.83.0.1 dev eth1")
                .doesNotContain("eth0");
        assertThat(out("ps", "--format", "{{.Networks}}")).isEqualTo("two");
        assertThat(out("ps", "-q", "--no-trunc", "--filter", "network=two")).isEqualTo(id);
        out("restart", "-t", "0", "web");
        assertThat(out("exec", "web", "busybox", "ip", "-o", "-4", "addr", "show", "eth0"))
                .contains("10.83.0.");
    }

    @Test
    void aContainerWithoutANetworkIsConnectedOnceItHasLeftNone() throws IOException {
        out("network", "create", "--subnet", "10.84.0.0/24", "one");
        out("run", "-d", "--name", "peer", "--network", "one", "busybox:it", "sleep", "1000");
        out("run", "-d", "--name", "lone", "--network", "none", "busybox:it", "sleep", "1000");
        assertThat(refusal("network", "connect", "one", "lone")).contains("private (none) mode");
        out("network", "disconnect", "none", "lone");
        assertThat(out("inspect", "-f", "{{json .NetworkSettings.Networks}}", "lone"))
                .isEqualTo("{}");
        out("network", "connect", "one", "lone");
        assertThat(out("exec", "lone", "busybox", "nslookup", "peer")).contains("10.84.0.2");
        assertThat(refusal("network", "connect", "none", "lone")).contains("private (none) mode");
        out("restart", "-t", "0", "lone");
        assertThat(out("exec", "lone", "busybox", "ip", "-o", "-4", "addr", "show", "eth0"))
                .contains("10.84.0.");
        out("network", "disconnect", "one", "lone");
        out("network", "connect", "none", "lone");
        assertThat(out("inspect", "-f", "{{range $n, $_ := .NetworkSettings.Networks}}{{$n}}{{end}}", "lone"))
                .isEqualTo("none");
    }

    @Test
    void aPublishedPortIsReachedAndShown() throws IOException {
        out("run", "-d", "--name", "web", "-p", "8080:80", "-p", "127.0.0.1::81/udp", "busybox:it", "sh", "-c", SERVE);
        assertThat(out("port", "web", "80")).isEqualTo("0.0.0.0:8080");
        assertThat(out("ps", "--format", "{{.Ports}}")).startsWith("0.0.0.0:8080->80/tcp, 127.0.0.1:");
        assertThat(
                        onHost(
                                "sh",
                                "-c",
                                "for i in 1 2 3 4 5 6 7 8 9; do busybox nc -w 2 127.0.0.1 8080 </dev/null && break; sleep 0.2; done"))
                .contains("hello");
        assertThat(refusal("run", "--rm", "-p", "8080:81", "busybox:it", "true"))
                .contains("port is already allocated", "web");
        out("rm", "-f", "web");
        assertThat(out("run", "--rm", "-p", "8080:81", "busybox:it", "echo", "free"))
                .isEqualTo("free");
    }

    @Test
    void aContainerHasAPlaceOfItsOwnOnALinkOfTheHost() throws IOException {
        onHost(
                "sh",
                "-c",
                "ip link add up0 type veth peer name up1; ip link set up0 up; ip link set up1 up;"
                        + " ip addr add 10.84.0.1/24 dev up1");
        out(
                "network",
                "create",
                "-d",
                "macvlan",
                "-o",
                "parent=up0",
                "--subnet",
                "10.84.0.0/24",
                "--gateway",
                "10.84.0.1",
                "lan");
        out("run", "-d", "--name", "web", "--network", "lan", "busybox:it", "sleep", "1000");
        assertThat(out("exec", "web", "busybox", "ip", "-o", "-4", "addr", "show", "eth0"))
                .contains("10.84.0.2/24");
        assertThat(out("exec", "web", "busybox", "ping", "-c", "1", "-W", "2", "10.84.0.1"))
                .contains("1 packets received");
        out("rm", "-f", "web");
        onHost("ip", "link", "del", "up0");
    }

    @Test
    void anIpvlanWorksWhereTheKernelHasItAndIsRefusedInWordsWhereNot() throws IOException {
        onHost("sh", "-c", "ip link add up0 type veth peer name up1; ip link set up0 up; ip link set up1 up");
        String probe = "ip link add link up0 name probe type ipvlan && ip link del probe && echo has; true";
        out("network", "create", "-d", "ipvlan", "-o", "parent=up0", "--subnet", "10.86.0.0/24", "lan");
        assertThat(refusal("network", "create", "-d", "ipvlan", "-o", "parent=up0", "--subnet", "10.87.0.0/24", "two"))
                .contains("network lan is already using parent interface up0");
        String[] run = {"run", "--name", "web", "--network", "lan", "busybox:it", "busybox", "ip", "-o", "-4", "addr"};
        if (onHost("sh", "-c", probe).contains("has")) {
            assertThat(out(run)).contains("10.86.0.2/24");
        } else {
            assertThat(refusal(run)).contains("failed to create the ipvlan port", "modprobe ipvlan");
            assertThat(out("network", "inspect", "-f", "{{len .Containers}}", "lan"))
                    .isEqualTo("0");
        }
        out("rm", "web");
        out("network", "rm", "lan");
        onHost("ip", "link", "del", "up0");
    }

    @Test
    void aNetworkWithBothFamiliesGivesAddressesNamesAndPortsOfBoth() throws IOException {
        out("network", "create", "--ipv6", "--subnet", "10.85.0.0/24", "--subnet", "fd00:85::/64", "both");
        out("run", "-d", "--name", "web", "--network", "both", "-p", "8080:80", "busybox:it", "sh", "-c", SERVE);
        assertThat(out(
                        "inspect",
                        "-f",
                        "{{.NetworkSettings.Networks.both.GlobalIPv6Address}} {{.NetworkSettings.Networks.both.IPv6Gateway}}",
                        "web"))
                .isEqualTo("fd00:85::2 fd00:85::1");
        assertThat(out("port", "web").lines()).containsExactly("80/tcp -> 0.0.0.0:8080", "80/tcp -> [::]:8080");
        assertThat(out(
                        "run",
                        "--rm",
                        "--network",
                        "both",
                        "busybox:it",
                        "sh",
                        "-c",
                        "busybox ping -6 -c 1 -W 2 fd00:85::2; busybox nslookup -type=aaaa web"))
                .contains("1 packets received", "fd00:85::2");
        assertThat(
                        onHost(
                                "sh",
                                "-c",
                                "for i in 1 2 3 4 5 6 7 8 9; do busybox nc -w 2 fd00:85::1 8080 </dev/null && break; sleep 0.2; done"))
                .contains("hello");
    }

    @Test
    void manyAtOnceGetAddressesOfTheirOwn() throws Exception {
        out("network", "create", "--subnet", "10.86.0.0/24", "many");
        List<Process> all = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            all.add(docker.start("run", "-d", "--network", "many", "-p", "80", "busybox:it", "sleep", "1000"));
        }
        for (Process p : all) {
            assertThat(p.waitFor()).isZero();
        }
        String inside = out("network", "inspect", "-f", "{{range .Containers}}{{.IPv4Address}} {{end}}", "many");
        assertThat(inside.split(" ")).hasSize(12).doesNotHaveDuplicates();
        String[] ports = out("ps", "--format", "{{.Ports}}").split("\n");
        assertThat(ports).hasSize(12).doesNotHaveDuplicates();
    }

    @Test
    void aContainerSharesTheNetworkOfAnother() throws IOException {
        out("run", "-d", "--name", "web", "--hostname", "www", "busybox:it", "sleep", "1000");
        String address = out("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "web");
        assertThat(out(
                        "run",
                        "--rm",
                        "--network",
                        "container:web",
                        "busybox:it",
                        "sh",
                        "-c",
                        "hostname; busybox ip -o -4 addr show eth0; cat /etc/hosts"))
                .startsWith("www\n")
                .contains(address + "/16", address + "\twww");
        assertThat(refusal("run", "--rm", "--network", "container:web", "-p", "1:1", "busybox:it", "true"))
                .contains("conflicting options: port publishing and the container type network mode");
        out("stop", "-t", "0", "web");
        assertThat(refusal("run", "--rm", "--network", "container:web", "busybox:it", "true"))
                .contains("cannot join network of a non running container");
    }

    @Test
    void networksAndNamesSurviveTheDaemon() throws IOException {
        out("network", "create", "front");
        out("run", "-d", "--name", "web", "--network", "front", "busybox:it", "sleep", "1000");
        out("run", "-d", "--name", "asks", "--network", "front", "busybox:it", "sleep", "1000");
        String before = out("inspect", "-f", "{{json .NetworkSettings.Networks}}", "web");
        String address = out("inspect", "-f", "{{.NetworkSettings.Networks.front.IPAddress}}", "web");
        daemon.kill();
        assertThat(onHost("ip", "-br", "link")).contains("gv");
        daemon.startAgain();
        assertThat(out("inspect", "-f", "{{json .NetworkSettings.Networks}}", "web"))
                .isEqualTo(before);
        assertThat(out("exec", "asks", "busybox", "nslookup", "web")).contains(address);
        assertThat(out(
                        "run",
                        "--rm",
                        "--network",
                        "front",
                        "busybox:it",
                        "busybox",
                        "ping",
                        "-c",
                        "1",
                        "-W",
                        "2",
                        address))
                .contains("1 packets received");
    }

    @Test
    void whatContradictsItselfIsRefused() throws IOException {
        out("network", "create", "--internal", "back");
        assertThat(refusal("run", "--rm", "--network", "nope", "busybox:it", "true"))
                .contains("network nope not found");
        assertThat(refusal("run", "--rm", "--network", "back", "-p", "80:80", "busybox:it", "true"))
                .contains("internal networks only");
        assertThat(refusal("run", "--rm", "--network", "back", "--ip", "10.1.1.1", "busybox:it", "true"))
                .contains("invalid endpoint settings");
        assertThat(refusal("run", "--rm", "--network-alias", "x", "busybox:it", "true"))
                .contains("network-scoped aliases are only supported for user-defined networks");
        out("run", "-d", "--name", "host", "--network", "host", "busybox:it", "sleep", "1000");
        assertThat(refusal("network", "connect", "back", "host"))
                .contains("container cannot be disconnected from host network or connected to host network");
    }
}
