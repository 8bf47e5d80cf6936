package dev.gantry.engine.plugin.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The plugins of Debian's `containernetworking-plugins`, between two network namespaces: one is the
/// host's part.
@Tag("kernel")
@Timeout(120)
class CniKernelTest {
    private static final Path STOCK = Path.of("/usr/lib/cni");
    private static final String NETWORK = """
            {"cniVersion":"0.3.1","cniVersions":["0.4.0","1.0.0","1.1.0"],"name":"web","plugins":[
             {"type":"bridge","bridge":"cni7","isGateway":true,"ipMasq":true,"hairpinMode":true,
              "ipam":{"type":"host-local","dataDir":"%s","ranges":[[{"subnet":"10.88.77.0/24"}]],
                      "routes":[{"dst":"0.0.0.0/0"}]}},
             {"type":"portmap","capabilities":{"portMappings":true},"snat":true},
             {"type":"firewall"}%s]}""";

    @TempDir
    Path dir;

    private String host;
    private String container;

    @BeforeEach
    void makeNamespaces() throws IOException {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "namespaces need root here");
        Assumptions.assumeTrue(
                Files.isExecutable(STOCK.resolve("bridge")), "the package containernetworking-plugins is not there");
        Assumptions.assumeTrue(
                Stream.of("/usr/sbin/iptables", "/sbin/iptables").anyMatch(p -> Files.exists(Path.of(p))),
                "the package iptables is not there, which portmap and firewall use");
        String suffix = Long.toHexString(ProcessHandle.current().pid());
        host = "gtcnih" + suffix;
        container = "gtcnic" + suffix;
        run("ip", "netns", "add", host);
        run("ip", "netns", "add", container);
        run("ip", "-n", host, "link", "set", "lo", "up");
        // The host's part of each plugin happens in a namespace of our own.
        Files.createDirectories(dir.resolve("bin"));
        for (String name : List.of("bridge", "portmap", "firewall", "host-local")) {
            script(name, "exec ip netns exec " + host + " " + STOCK.resolve(name));
        }
    }

    @AfterEach
    void removeNamespaces() throws IOException {
        for (String name : java.util.Arrays.asList(container, host)) {
            if (name != null) {
                run("ip", "netns", "delete", name);
            }
        }
    }

    private void script(String name, String body) throws IOException {
        Path file = Files.writeString(dir.resolve("bin").resolve(name), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return said;
    }

    private CniChain chain(String more) throws IOException {
        return chainOf(NETWORK.formatted(dir.resolve("ipam"), more));
    }

    /// The CHECK of portmap 1.1 looks for IPv4 addresses among the rules of IPv6, wherever there are such.
    private CniChain withoutPortmap() throws IOException {
        return chainOf(NETWORK.formatted(dir.resolve("ipam"), "").replaceFirst("\\{\"type\":\"portmap\".*,\n", ""));
    }

    private CniChain chainOf(String text) throws IOException {
        byte[] document = text.getBytes(StandardCharsets.UTF_8);
        return new CniChain(
                CniNetwork.parse("read web", document), List.of(dir.resolve("bin")), Duration.ofSeconds(20));
    }

    private CniAttachment attachment() {
        return new CniAttachment(
                "c0ffee",
                "/var/run/netns/" + container,
                "eth0",
                Map.of("IgnoreUnknown", "1"),
                Map.of(
                        "portMappings",
                        List.of(Map.of("hostPort", 8081, "containerPort", 80, "protocol", "tcp")),
                        "bandwidth",
                        Map.of("ingressRate", 5)));
    }

    private String reservations() throws IOException {
        Path leases = dir.resolve("ipam/web");
        if (!Files.exists(leases)) {
            return "";
        }
        try (Stream<Path> files = Files.list(leases)) {
            return String.join(
                    " ",
                    files.map(f -> f.getFileName().toString())
                            .filter(f -> f.startsWith("10."))
                            .toList());
        }
    }

    @Test
    void theStockPluginsConnectAContainerAndTakeItBack() throws IOException {
        CniChain chain = chain("");
        assertThat(chain.version()).as("the newest that all speak").isEqualTo(CniVersion.V1_0_0);
        CniResult result = chain.add(attachment());
        assertThat(result.addresses()).hasSize(1);
        String address = result.addresses().getFirst().address().address().toString();
        assertThat(address).startsWith("10.88.77.");
        assertThat(result.addresses().getFirst().gateway().orElseThrow()).hasToString("10.88.77.1");
        assertThat(result.interfaces())
                .anyMatch(i -> i.name().equals("eth0") && i.sandbox().contains(container));
        assertThat(run("ip", "-n", container, "addr", "show", "eth0")).contains("inet " + address + "/24");
        assertThat(run("ip", "-n", container, "route")).contains("default via 10.88.77.1 dev eth0");
        assertThat(run("ip", "netns", "exec", container, "busybox", "ping", "-c1", "-W5", "10.88.77.1"))
                .contains("1 packets received");
        assertThat(run("ip", "netns", "exec", host, "iptables-save", "-t", "nat"))
                .contains("--dport 8081");
        assertThat(reservations()).contains(address);

        withoutPortmap().check(attachment(), result.document());
        run("ip", "-n", container, "addr", "flush", "dev", "eth0");
        assertThatThrownBy(() -> chain.check(attachment(), result.document()))
                .isInstanceOf(GantryException.class)
                .hasMessageStartingWith("check eth0 in network web by CNI plugin bridge: CHECK: ");

        chain.delete(attachment(), result.document());
        assertThat(run("ip", "-n", container, "addr", "show")).doesNotContain("eth0");
        assertThat(run("ip", "netns", "exec", host, "iptables-save", "-t", "nat"))
                .doesNotContain("--dport 8081");
        assertThat(reservations()).isEmpty();
        chain.delete(attachment().ended(), result.document());
    }

    @Test
    void whatFailsAtTheEndIsTakenBackFromTheBeginning() throws IOException {
        script("broken", """
                case $CNI_COMMAND in
                VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["0.4.0","1.0.0"]}';;
                ADD) echo '{"cniVersion":"1.0.0","code":11,"msg":"not now","details":"the wall is wet"}'; exit 1;;
                esac""");
        CniChain chain = chain(",{\"type\":\"broken\"}");
        assertThatThrownBy(() -> chain.add(attachment()))
                .isInstanceOf(dev.gantry.base.Unavailable.class)
                .hasMessage("add eth0 to network web by CNI plugin broken: ADD: not now, the wall is wet:"
                        + " try again later");
        assertThat(run("ip", "-n", container, "addr", "show")).doesNotContain("eth0");
        assertThat(run("ip", "netns", "exec", host, "iptables-save", "-t", "nat"))
                .doesNotContain("--dport 8081");
        assertThat(reservations()).isEmpty();
    }

    @Test
    void aNamespaceIsAlsoADescriptorOfOurs() throws IOException {
        try (var namespace = Files.newByteChannel(Path.of("/var/run/netns", container))) {
            // As the engine has it: open in this process, and named to the plugin by its number.
            String path = "";
            try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
                for (Path fd : fds.toList()) {
                    if (Files.exists(fd) && Files.isSameFile(fd, Path.of("/var/run/netns", container))) {
                        path = "/proc/" + ProcessHandle.current().pid() + "/fd/" + fd.getFileName();
                    }
                }
            }
            assertThat(namespace.isOpen()).isTrue();
            assertThat(path).isNotEmpty();
            CniChain chain = chain("");
            CniResult result = chain.add(CniAttachment.of("beef", path, "eth5"));
            assertThat(run("ip", "-n", container, "addr", "show", "eth5")).contains("inet 10.88.77.");
            chain.delete(CniAttachment.of("beef", path, "eth5"), result.document());
        }
    }
}
