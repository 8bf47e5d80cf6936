package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What cannot be is refused in three parts, and nothing has changed then: no row, interface, rule, or port.
@Tag("kernel")
@Timeout(180)
class BadNetworkInputTest {
    private static final String CREATE = "/networks/create";

    @TempDir
    static Path dir;

    private static StockDaemon daemon;
    private static EngineClient client;

    @BeforeAll
    static void start() throws IOException {
        daemon = StockDaemon.start(dir);
        client = daemon.daemon().client();
        daemon.out("network", "create", "--subnet", "10.96.0.0/24", "taken");
        daemon.out("network", "create", "--internal", "--subnet", "10.94.0.0/24", "inside");
        daemon.out(
                "run",
                "-d",
                "--name",
                "web",
                "--network",
                "taken",
                "--ip",
                "10.96.0.9",
                "-p",
                "8080:80",
                "busybox:it",
                "sleep",
                "1000");
    }

    @AfterAll
    static void stop() throws IOException {
        if (daemon != null) {
            daemon.removeAll();
            client.close();
            daemon.close();
        }
    }

    private static String state() {
        try {
            return all();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String all() throws IOException {
        return String.join(
                "\n",
                daemon.out("network", "ls", "--no-trunc"),
                daemon.out("ps", "-aq", "--no-trunc"),
                daemon.out("port", "web"),
                daemon.onHost("sh", "-c", "ip -o -4 addr; ip -o link | cut -d: -f2"),
                daemon.onHost("nft", "-sy", "list", "ruleset"),
                daemon.onHost("sh", "-c", "ss -Hltnu | sort"));
    }

    private record Bad(String path, String body, String why) {}

    @Test
    void networksAndPorts() throws IOException {
        String before = state();
        var wrong = new SoftAssertions();
        for (Bad bad : List.of(
                network("{\"Subnet\":\"10.96.0.128/25\"}", "Pool overlaps with other one on this address space"),
                network("{\"Subnet\":\"10.0.0.0/8\"}", "Pool overlaps with other one on this address space"),
                network("{\"Subnet\":\"10.97.0.0/33\"}", "10.97.0.0/33"),
                network("{\"Subnet\":\"10.97.0/24\"}", "10.97.0/24"),
                network("{\"Subnet\":\"10.97.0.9/24\"}", "10.97.0.0/24"),
                network("{\"Subnet\":\"fd00::/129\"}", "fd00::/129"),
                network("{\"Subnet\":\"10.97.0.0/24\",\"Gateway\":\"10.98.0.1\"}", "10.98.0.1"),
                network("{\"Subnet\":\"10.97.0.0/24\",\"Gateway\":\"nobody\"}", "nobody"),
                network("{\"Subnet\":\"10.97.0.0/24\",\"IPRange\":\"10.98.0.0/25\"}", "10.98.0.0/25"),
                network("{\"Subnet\":\"10.97.0.0/24\",\"AuxiliaryAddresses\":{\"a\":\"10.98.0.7\"}}", "10.98.0.7"),
                network("{\"Gateway\":\"10.97.0.1\"}", "without the subnet"),
                options("com.docker.network.bridge.nmae", "x", "com.docker.network.bridge.nmae"),
                options("com.docker.network.driver.mtu", "many", "many"),
                options("com.docker.network.driver.mtu", "-5", "-5"),
                options("com.docker.network.bridge.name", "much-too-long-for-a-link", "much-too-long-for-a-link"),
                options("com.docker.network.bridge.name", "../eth0", "../eth0"),
                options("com.docker.network.bridge.enable_icc", "perhaps", "perhaps"),
                options("com.docker.network.bridge.gateway_mode_ipv4", "open", "open"),
                options("com.docker.network.bridge.host_binding_ipv4", "10.1.2", "10.1.2"),
                new Bad(CREATE, "{\"Name\":\"bad\",\"Driver\":\"nosuch\"}", "nosuch"),
                new Bad(CREATE, "{\"Name\":\"\"}", "name"),
                new Bad(CREATE, "{\"Name\":\"taken\"}", "network with name taken already exists"),
                new Bad(CREATE, "{\"Name\":\"host\"}", "predefined host network"),
                new Bad("/networks/taken/connect", "{\"Container\":\"web\"}", "already exists in network taken"),
                new Bad("/networks/inside/disconnect", "{\"Container\":\"web\"}", "is not connected"),
                place("inside", "{\"IPAMConfig\":{\"IPv4Address\":\"10.96.0.7\"}}", "10.96.0.7"),
                place("inside", "{\"IPAMConfig\":{\"IPv4Address\":\"10.94.0.1\"}}", "ddress already in use"),
                place("inside", "{\"IPAMConfig\":{\"IPv4Address\":\"10.94.0\"}}", "10.94.0"),
                place("inside", "{\"MacAddress\":\"02:42:zz\"}", "02:42:zz"),
                ports("80/tcp", "", "8080", "port is already allocated"),
                ports("80/tcp", "192.0.2.77", "8082", "cannot assign requested address"),
                ports("80/tcp", "no address", "8082", "no address"),
                ports("80/tcp", "", "70000", "70000"),
                ports("80/what", "", "8082", "what"),
                ports("99999/tcp", "", "8082", "99999"))) {
            refused(bad, wrong);
        }
        wrong.assertAll();
        assertThat(state()).isEqualTo(before);
    }

    private static Bad network(String pool, String why) {
        return new Bad(CREATE, "{\"Name\":\"bad\",\"IPAM\":{\"Config\":[" + pool + "]}}", why);
    }

    private static Bad options(String key, String value, String why) {
        return new Bad(CREATE, "{\"Name\":\"bad\",\"Options\":{\"" + key + "\":\"" + value + "\"}}", why);
    }

    private static Bad place(String network, String config, String why) {
        String path = "/networks/" + network + "/connect";
        return new Bad(path, "{\"Container\":\"web\",\"EndpointConfig\":" + config + "}", why);
    }

    private static Bad ports(String inside, String address, String port, String why) {
        String binding = "{\"HostIp\":\"" + address + "\",\"HostPort\":\"" + port + "\"}";
        return new Bad("/containers/web/ports", "{\"Add\":{\"" + inside + "\":[" + binding + "]}}", why);
    }

    private static void refused(Bad bad, SoftAssertions wrong) {
        EngineError error = catchThrowableOfType(
                EngineError.class, () -> client.raw(Request.post(bad.path()).json(bad.body())));
        String words = error == null ? "nothing" : error.getMessage();
        wrong.assertThat(words)
                .as(bad.path() + " " + bad.body())
                .contains(bad.why())
                .matches("(?s).+: .+: .+");
        wrong.assertThat(error == null ? 0 : error.status()).as(words).isBetween(400, 499);
    }

    /// A container that is removed when it cannot start.
    @Test
    void runs() throws IOException {
        daemon.onHost(
                "sh",
                "-c",
                "busybox nc -l -p 8083 >/dev/null 2>&1 & echo $! > " + dir
                        + "/nc; until ss -Hltn | grep -q :8083; do sleep 0.05; done");
        String before = state();
        try {
            refusedRun("ddress already in use", "--network", "taken", "--ip", "10.96.0.9");
            refusedRun("10.200.0.9", "--network", "taken", "--ip", "10.200.0.9");
            refusedRun("user specified IP address is supported", "--ip", "172.17.0.9");
            refusedRun("network nosuch not found", "--network", "nosuch");
            refusedRun("port is already allocated", "-p", "8080:80");
            refusedRun("port is already allocated", "-p", "127.0.0.1:8080:80");
            refusedRun("address already in use", "-p", "8083:80");
            refusedRun("cannot assign requested address", "-p", "192.0.2.77:8084:80");
            refusedRun("internal networks only", "--network", "inside", "-p", "8084:80");
            refusedRun("SCTP", "-p", "[::1]:8084:80/sctp");
            // A host's end of a link goes a little after its container.
            Waiting.until(
                    Duration.ofSeconds(30), () -> before + "\n\nand not\n\n" + state(), () -> state().equals(before));
        } finally {
            daemon.onHost("sh", "-c", "kill $(cat " + dir + "/nc)");
        }
    }

    private static void refusedRun(String why, String... flags) throws IOException {
        String[] all = new String[flags.length + 4];
        all[0] = "run";
        all[1] = "--rm";
        System.arraycopy(flags, 0, all, 2, flags.length);
        all[flags.length + 2] = "busybox:it";
        all[flags.length + 3] = "true";
        assertThat(daemon.refusal(all)).contains(why).matches("(?s).+: .+: .+");
    }
}
