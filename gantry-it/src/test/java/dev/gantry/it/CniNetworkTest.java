package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The stock CNI plugins (bridge, host-local, portmap, firewall) run containers, on a host network made for this test;
/// `ip`, `iptables` and connections say what became of them.
@Tag("kernel")
@Timeout(300)
class CniNetworkTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String SERVE = "while true; do echo hello | busybox nc -l -p 80; done";
    private static final String LIST = """
            {"cniVersion":"0.4.0","cniVersions":["1.0.0"],"name":"office","plugins":[
             {"type":"bridge","bridge":"cni7","isGateway":true,"ipMasq":true,"hairpinMode":true,
              "capabilities":{"ips":true,"mac":true},
              "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.88.77.0/24"}]],
                      "routes":[{"dst":"0.0.0.0/0"}]},
              "dns":{"nameservers":["192.0.2.53"],"domain":"office.test","search":["more.test"],"options":["timeout:1"]}},
             {"type":"portmap","capabilities":{"portMappings":true},"snat":true},
             {"type":"firewall"}%s]}""";

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/lib/cni/bridge")), "no package containernetworking-plugins is there");
        assumeTrue(
                Stream.of("/usr/sbin/iptables", "/sbin/iptables").anyMatch(p -> Files.exists(Path.of(p))),
                "the package iptables is not there, which portmap and firewall use");
        Docker client = new Docker("unix://" + dir.resolve("s"));
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        Process host = DaemonProcess.network();
        inNetworkOf(host, "echo 0 > /proc/sys/net/ipv4/ip_forward");
        daemon = DaemonProcess.startOn(host, dir);
        docker = client;
        assertThat(docker.run("import", tar.toString(), "busybox:it").code()).isZero();
        list("office", "");
        out("network", "create", "-d", "cni", "-o", "conf=" + dir.resolve("office.conflist"), "office");
        // The plugin turns forwarding on, before any bridge of ours does: the host is no router by that.
        out("run", "--rm", "--network", "office", "busybox:it", "true");
        assertThat(onHost("cat", "/proc/sys/net/ipv4/ip_forward")).isEqualTo("1");
        out("run", "--rm", "busybox:it", "true");
        assertThat(onHost("nft", "list", "ruleset")).contains("ipv4 : drop");
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    /// Afterwards no address is in use, no interface and no rule of a container is left.
    @AfterEach
    void removeAll() throws IOException {
        for (String id : docker.run("ps", "-aq").out().lines().toList()) {
            docker.run("rm", "-f", id);
        }
        Waiting.until(LIMIT, CniNetworkTest::left, () -> left().isEmpty());
        Waiting.until(LIMIT, () -> "links " + links(), () -> !links().contains("veth") && !links().contains(" gv"));
    }

    private static String links() {
        try {
            return onHost("ip", "-o", "link");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void list(String file, String more) throws IOException {
        Files.writeString(dir.resolve(file + ".conflist"), LIST.formatted(dir.resolve("leases"), more));
    }

    private static String left() {
        try {
            Path leases = dir.resolve("leases/office");
            String used = "";
            if (Files.exists(leases)) {
                try (Stream<Path> files = Files.list(leases)) {
                    used = String.join(
                            " ",
                            files.map(f -> f.getFileName().toString())
                                    .filter(f -> f.startsWith("10."))
                                    .toList());
                }
            }
            String rules = onHost("iptables-save");
            return used
                    + String.join(
                            "\n",
                            rules.lines().filter(l -> l.contains("10.88.77.")).toList());
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
        p.getOutputStream().close();
        return new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static String inNetworkOf(Process other, String script) throws IOException {
        Process p = new ProcessBuilder("nsenter", "--net=/proc/" + other.pid() + "/ns/net", "sh", "-ec", script)
                .redirectErrorStream(true)
                .start();
        p.getOutputStream().close();
        return new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private static void awaitServer(String... command) {
        Waiting.until(LIMIT, () -> "no answer by " + List.of(command), () -> {
            try {
                return onHost(command).equals("hello");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void theStockPluginsRunAContainerWithAPublishedPort() throws IOException {
        out("run", "-d", "--name", "web", "--network", "office", "-p", "18081:80", "busybox:it", "sh", "-c", SERVE);
        String address = out("inspect", "-f", "{{.NetworkSettings.Networks.office.IPAddress}}", "web");
        assertThat(address).startsWith("10.88.77.");
        assertThat(out(
                        "inspect",
                        "-f",
                        "{{.NetworkSettings.Networks.office.Gateway}} {{.NetworkSettings.Networks.office.IPPrefixLen}}",
                        "web"))
                .isEqualTo("10.88.77.1 24");
        String mac = out("inspect", "-f", "{{.NetworkSettings.Networks.office.MacAddress}}", "web");
        String inside = out(
                "exec",
                "web",
                "sh",
                "-c",
                "busybox ip addr show eth0; busybox ip route; cat /etc/hosts /etc/resolv.conf");
        assertThat(inside)
                .contains(
                        "inet " + address + "/24",
                        "link/ether " + mac,
                        "default via 10.88.77.1 dev eth0",
                        address + "\t",
                        "nameserver 127.0.0.11",
                        "search office.test more.test",
                        "timeout:1");
        awaitServer("busybox", "nc", "-w", "5", "10.88.77.1", "18081");
        awaitServer("busybox", "nc", "-w", "5", address, "80");
        assertThat(out("port", "web")).isEqualTo("80/tcp -> 0.0.0.0:18081");
        assertThat(onHost("iptables-save", "-t", "nat")).contains("--dport 18081");
        assertThat(out("run", "--rm", "--network", "office", "busybox:it", "busybox", "ping", "-c1", "-W5", "web"))
                .contains("(" + address + ")", "1 packets received");
        out("rm", "-f", "web");
        assertThat(left()).isEmpty();
    }

    @Test
    void aHostThatIsNoRouterLetsItsContainersOutAndTheirPortsIn() throws IOException {
        assertThat(onHost("nft", "list", "ruleset")).contains("ipv4 : drop");
        Process neighbour = DaemonProcess.network();
        try {
            onHost(
                    "sh",
                    "-ec",
                    "ip link add w0 type veth peer name w1 netns " + neighbour.pid()
                            + "; ip addr add 192.0.2.1/24 dev w0; ip link set w0 up");
            inNetworkOf(neighbour, "ip addr add 192.0.2.9/24 dev w1; ip link set w1 up");
            Waiting.until(LIMIT, () -> "no wire", () -> {
                try {
                    return onHost("busybox", "ping", "-c1", "-W1", "192.0.2.9").contains("1 packets received");
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            out("run", "-d", "--name", "web", "--network", "office", "-p", "18086:80", "busybox:it", "sh", "-c", SERVE);
            assertThat(docker.run("exec", "web", "busybox", "ping", "-c1", "-W5", "192.0.2.9")
                            .out())
                    .contains("1 packets received");
            String there = "--net=/proc/" + neighbour.pid() + "/ns/net";
            awaitServer("nsenter", there, "busybox", "nc", "-w", "5", "192.0.2.1", "18086");
            assertThat(onHost("ip", "-d", "link", "show", "cni7")).contains("group 26484");
        } finally {
            onHost("ip", "link", "delete", "w0");
            neighbour.destroy();
        }
    }

    @Test
    void addressesOfBothKindsAreWhatWasAskedFor() throws IOException {
        assertThat(out(
                        "run",
                        "--rm",
                        "--network",
                        "office",
                        "--ip",
                        "10.88.77.99",
                        "--mac-address",
                        "02:00:00:00:77:99",
                        "busybox:it",
                        "busybox",
                        "ip",
                        "addr",
                        "show",
                        "eth0"))
                .contains("inet 10.88.77.99/24", "02:00:00:00:77:99");
        assertThat(refusal("run", "--rm", "--network", "office", "--ip", "10.1.2.3", "busybox:it", "true"))
                .contains("by CNI plugin bridge: ADD: ");
    }

    @Test
    void aContainerOfTheBridgeJoinsAndLeaves() throws IOException {
        out("run", "-d", "--name", "both", "busybox:it", "sleep", "1000");
        out("network", "connect", "office", "both");
        String routes = out("exec", "both", "busybox", "ip", "route");
        assertThat(routes.lines().filter(l -> l.startsWith("default"))).hasSize(1);
        assertThat(routes).contains("10.88.77.0/24 dev eth1", "172.17.0.0/16 dev eth0");
        out("network", "disconnect", "office", "both");
        assertThat(out("exec", "both", "busybox", "ip", "-o", "link")).doesNotContain("eth1");
        assertThat(left()).isEmpty();
    }

    @Test
    void anEngineThatWasKilledTakesBackWhatEndedMeanwhileAndWhatEndsLater() throws IOException {
        out("run", "-d", "--name", "stays", "--network", "office", "-p", "18082:80", "busybox:it", "sh", "-c", SERVE);
        out("run", "-d", "--name", "goes", "--network", "office", "-p", "18083:80", "busybox:it", "sleep", "1000");
        String address = out("inspect", "-f", "{{.NetworkSettings.Networks.office.IPAddress}}", "stays");
        String pid = out("inspect", "-f", "{{.State.Pid}}", "goes");
        daemon.kill();
        Rootfs.run("kill", "-9", pid);
        awaitServer("busybox", "nc", "-w", "5", "10.88.77.1", "18082");
        daemon.startAgain();
        Waiting.until(LIMIT, CniNetworkTest::left, () -> !left().contains("dport 18083"));
        assertThat(left()).contains(address);
        awaitServer("busybox", "nc", "-w", "5", "10.88.77.1", "18082");
        assertThat(out("run", "--rm", "--network", "office", "busybox:it", "busybox", "ping", "-c1", "-W5", "stays"))
                .contains("(" + address + ")");
        out("rm", "-f", "stays", "goes");
        assertThat(onHost("iptables-save", "-t", "nat")).doesNotContain("dport 18082", "dport 18083");
        // The bridge plugin of before CNI 1.1 leaves its masquerading when the namespace is gone: see docs/plugins.md.
        onHost("iptables", "-t", "nat", "-F", "POSTROUTING");
        onHost(
                "sh",
                "-c",
                "for c in $(iptables-save -t nat | sed -n 's/^:\\(CNI-[0-9a-f]*\\) .*/\\1/p'); do"
                        + " iptables -t nat -F $c; done");
    }

    @Test
    void aPluginThatFailsLiesHangsOrIsNotThereFailsOneStartAlone() throws IOException {
        Path bin = Files.createDirectories(dir.resolve("bin"));
        Path program = bin.resolve("sample");
        for (String name : List.of("bridge", "host-local", "portmap", "firewall")) {
            if (!Files.exists(bin.resolve(name))) {
                Files.copy(Path.of("/usr/lib/cni", name), bin.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        String versions = "case $CNI_COMMAND in VERSION)"
                + " echo '{\"cniVersion\":\"1.0.0\",\"supportedVersions\":[\"0.4.0\",\"1.0.0\"]}';; ADD) ";
        write(program, versions + "cat;; esac");
        list("sample", ",{\"type\":\"sample\"}");
        String conf = "conf=" + dir.resolve("sample.conflist");
        out("network", "create", "-d", "cni", "-o", conf, "-o", "bin=" + bin, "sample");
        String[][] faults = {
            {"echo '{\"cniVersion\":\"1.0.0\",\"code\":11,\"msg\":\"not now\"}'; exit 1", "ADD: not now"},
            {"echo nonsense", "its answer is wrong"},
            {"echo '{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"somewhere\"}]}'", "an address with its prefix"},
            {"kill -9 $$", "137"},
        };
        for (String[] fault : faults) {
            write(program, versions + fault[0] + ";; esac");
            assertThat(refusal("run", "--rm", "--network", "sample", "-p", "18084:80", "busybox:it", "true"))
                    .as(fault[0])
                    .contains(fault[1]);
            Waiting.until(LIMIT, CniNetworkTest::left, () -> left().isEmpty());
        }
        write(program, versions + "exec sleep 1000;; esac");
        Process hanging = docker.start("run", "--rm", "--network", "sample", "busybox:it", "true");
        Waiting.until(LIMIT, () -> "no lease", () -> left().contains("10.88.77."));
        assertThat(out("run", "--rm", "--network", "office", "busybox:it", "echo", "others are fine"))
                .isEqualTo("others are fine");
        assertThat(hanging.isAlive()).isTrue();
        // Its hanging program is ours, as the daemon's child.
        ProcessHandle.of(daemon.pid())
                .orElseThrow()
                .descendants()
                .filter(p -> p.info().commandLine().orElse("").contains("sleep 1000"))
                .filter(p -> p.parent().map(ProcessHandle::pid).equals(java.util.Optional.of(daemon.pid())))
                .forEach(ProcessHandle::destroyForcibly);
        Waiting.until(Duration.ofSeconds(90), () -> "the start goes on", () -> !hanging.isAlive());
        assertThat(hanging.exitValue()).isEqualTo(125);
        write(program, versions + "cat;; esac");
        out("network", "rm", "sample");
    }

    private static void write(Path program, String body) throws IOException {
        // Another file each time: one that runs cannot be written.
        Path fresh = program.resolveSibling(program.getFileName() + ".new");
        Files.writeString(fresh, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.move(fresh, program, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void whatCannotBeIsRefusedInWords() throws IOException {
        String conf = "conf=" + dir.resolve("office.conflist");
        assertThat(refusal("network", "create", "-d", "cni", "unheard-of"))
                .contains("no file in /etc/cni/net.d has it");
        assertThat(refusal("network", "create", "-d", "cni", "-o", conf, "--subnet", "10.1.0.0/24", "x"))
                .contains("the driver cni finds addresses itself");
        assertThat(refusal("network", "create", "-d", "cni", "-o", conf, "--internal", "x"))
                .contains("whether a CNI network leads out is said by its plugins alone");
        assertThat(refusal("network", "create", "-d", "cni", "-o", conf, "-o", "mtu=9000", "x"))
                .contains("the driver cni has no option mtu");
        assertThat(refusal("network", "create", "-d", "cni", "-o", conf, "-o", "bin=/nowhere", "x"))
                .contains("there is no program bridge in [/nowhere]");
        Files.writeString(
                dir.resolve("plain.conflist"),
                Files.readString(dir.resolve("office.conflist"))
                        .replace("\"capabilities\":{\"portMappings\":true},", ""));
        out("network", "create", "-d", "cni", "-o", "conf=" + dir.resolve("plain.conflist"), "plain");
        assertThat(refusal("run", "--rm", "--network", "plain", "-p", "18085:80", "busybox:it", "true"))
                .contains("none of its plugins has the capability portMappings");
        out("network", "rm", "plain");
    }
}
