package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What `daemon.json` says is what containers and networks get.
@Tag("kernel")
@Timeout(180)
class DaemonConfigTest {
    private static final String IMAGE = "busybox:config";
    private static final String FILE = """
            {"labels": ["rack=7"], "log-driver": "local", "log-opts": {"max-size": "1m"},
             "default-ulimits": {"nofile": {"Name": "nofile", "Hard": 777, "Soft": 555}},
             "dns": ["192.0.2.53"], "dns-search": ["inside.example"], "dns-opts": ["ndots:3"],
             "default-shm-size": "16M", "init": true, "no-new-privileges": true,
             "bip": "172.30.5.1/16", "fixed-cidr": "172.30.9.0/24", "mtu": 1400, "icc": false,
             "default-address-pools": [{"base": "10.123.0.0/16", "size": 24}],
             "default-network-opts": {"bridge": {"com.docker.network.driver.mtu": "1300"}},
             "registry-mirrors": ["https://mirror.example"], "insecure-registries": ["plain.example:5000"],
             "proxies": {"http-proxy": "http://proxy.example:3128", "https-proxy": "http://proxy.example:3129",
                         "no-proxy": "inside.example,10.0.0.0/8"},
             "live-restore": true}
            """;

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        Path file = Files.writeString(dir.resolve("daemon.json"), FILE);
        daemon = DaemonProcess.startOn(DaemonProcess.network(), dir, "--config-file", file.toString());
        docker = new Docker(daemon.host());
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        ok("import", tar.toString(), IMAGE);
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    @Test
    void proxiesAreShown() throws IOException {
        assertThat(ok("info", "-f", "{{.HTTPProxy}} {{.HTTPSProxy}} {{.NoProxy}}")
                        .strip())
                .isEqualTo("http://proxy.example:3128 http://proxy.example:3129 inside.example,10.0.0.0/8");
    }

    private static String ok(String... arguments) throws IOException {
        Docker.Result result = docker.run(arguments);
        assertThat(result.code()).as("%s: %s", List.of(arguments), result.err()).isZero();
        return result.out().strip();
    }

    private static String inside(String network, String command) throws IOException {
        return ok("run", "--rm", "--network", network, IMAGE, "sh", "-c", command);
    }

    @Test
    void stepsOfABuildHaveItToo() throws IOException {
        Path context = Files.createDirectories(dir.resolve("build"));
        Files.writeString(
                context.resolve("Dockerfile"),
                "FROM " + IMAGE + "\nRUN ulimit -Sn; ulimit -Hn; grep NoNewPrivs /proc/self/status\n");
        assertThat(ok("build", "--no-cache", "--network", "none", context.toString()))
                .contains("555\n777\nNoNewPrivs:\t1\n");
    }

    @Test
    void containersHaveWhatTheyDidNotAskFor() throws IOException {
        assertThat(inside("none", "ulimit -Sn; ulimit -Hn; grep NoNewPrivs /proc/self/status; cat /proc/1/comm"))
                .startsWith("555\n777\nNoNewPrivs:\t1\n")
                .doesNotEndWith("\nsh");
        assertThat(inside("none", "df -k /dev/shm | tail -n 1")).contains("16384");
        assertThat(ok("run", "--rm", "--network", "none", "--ulimit", "nofile=99:100", IMAGE, "sh", "-c", "ulimit -Sn"))
                .isEqualTo("99");
        ok("create", "--name", "shown", "--network", "none", IMAGE, "true");
        assertThat(
                        ok(
                                "inspect",
                                "shown",
                                "--format",
                                "{{json .HostConfig.LogConfig}} {{.HostConfig.ShmSize}} {{.HostConfig.Dns}} {{len .HostConfig.Ulimits}}"))
                .isEqualTo("{\"Config\":{\"max-size\":\"1m\"},\"Type\":\"local\"} 16777216 [] 1");
        ok("create", "--name", "other", "--network", "none", "--log-driver", "json-file", IMAGE, "true");
        assertThat(ok(
                        "inspect",
                        "other",
                        "--format",
                        "{{.HostConfig.LogConfig.Type}} {{len .HostConfig.LogConfig.Config}}"))
                .isEqualTo("json-file 0");
        ok("rm", "shown", "other");
    }

    @Test
    void theNetworkBridgeIsAsItWasDescribed() throws IOException {
        String seen = inside(
                "bridge", "ip -o -4 addr show eth0; cat /sys/class/net/eth0/mtu; ip route; cat /etc/resolv.conf");
        assertThat(seen)
                .contains("inet 172.30.9.")
                .contains("/16 ")
                .contains("1400")
                .contains("default via 172.30.5.1")
                .contains("nameserver 192.0.2.53")
                .contains("search inside.example")
                .contains("options ndots:3");
        assertThat(ok("network", "inspect", "bridge", "--format", "{{json .Options}}"))
                .contains("\"com.docker.network.bridge.enable_icc\":\"false\"");
    }

    @Test
    void networksThatNobodyDescribesComeOutOfThePools() throws IOException {
        ok("network", "create", "pooled");
        assertThat(ok("network", "inspect", "pooled", "--format", "{{(index .IPAM.Config 0).Subnet}} {{.Options}}"))
                .matches("10\\.123\\.[0-9]+\\.0/24 map\\[com.docker.network.driver.mtu:1300]");
        ok("network", "rm", "pooled");
    }

    @Test
    void aChangeOfTheFileIsTakenUpOnHangup() throws IOException, InterruptedException {
        String ignored = Files.readAllLines(Path.of("/proc", Long.toString(daemon.pid()), "status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow();
        assumeTrue(
                Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).strip(), 16) % 2 == 0,
                "SIGHUP is ignored by whoever runs these tests (nohup), and so by their daemons");
        assertThat(ok("info", "--format", "{{.Labels}} {{.LoggingDriver}} {{.RegistryConfig.Mirrors}}"))
                .isEqualTo("[rack=7] local [https://mirror.example]");
        Path file = dir.resolve("daemon.json");
        try {
            Files.writeString(file, FILE.replace("rack=7", "rack=8").replace("\"16M\"", "\"8M\""));
            hangup();
            Waiting.until(Duration.ofSeconds(30), () -> "the label changes", () -> labels().equals("[rack=8]"));
            assertThat(inside("none", "df -k /dev/shm | tail -n 1")).contains("8192");
            Waiting.until(
                    Duration.ofSeconds(30),
                    () -> "an event says so",
                    () -> reloads().endsWith("reload rack=8"));
            Files.writeString(file, "{\"nosuch\": 1}");
            hangup();
            Waiting.until(
                    Duration.ofSeconds(30), () -> "the log says why", () -> log().contains("daemon=not-reloaded"));
            assertThat(labels()).isEqualTo("[rack=8]");
        } finally {
            Files.writeString(file, FILE);
            hangup();
            Waiting.until(Duration.ofSeconds(30), () -> "the label is back", () -> labels().equals("[rack=7]"));
        }
    }

    private static String reloads() {
        try {
            return ok(
                    "events",
                    "--since",
                    "10m",
                    "--until",
                    "-1s",
                    "--filter",
                    "type=daemon",
                    "--format",
                    "{{.Action}} {{index .Actor.Attributes \"labels\"}}");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String labels() {
        try {
            return ok("info", "--format", "{{.Labels}}");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String log() {
        try {
            return daemon.log();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void hangup() throws IOException, InterruptedException {
        Ended.run(List.of("kill", "-HUP", Long.toString(daemon.pid())));
    }
}
