package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The stock `docker` client and networks: what is made, listed, shown, refused and removed. Nothing of it touches the
/// host: a network is a row until a container is in it.
@Tag("kernel")
@Timeout(180)
class StockNetworkTest {
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
        for (String id :
                out("network", "ls", "-q", "--filter", "type=custom").lines().toList()) {
            docker.run("network", "rm", id);
        }
    }

    private static String out(String... arguments) throws IOException {
        return stock.out(arguments);
    }

    private static String refusal(String... arguments) throws IOException {
        return stock.refusal(arguments);
    }

    @Test
    void theThreeThatAreAlwaysThereAreListedAndStay() throws IOException {
        assertThat(out("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"))
                .isEqualTo("bridge bridge local\nhost host local\nnone null local");
        assertThat(refusal("network", "rm", "bridge"))
                .contains("bridge is a pre-defined network and cannot be removed");
        assertThat(refusal("network", "create", "host"))
                .contains("operation is not permitted on predefined host network");
        assertThat(out(
                        "network",
                        "inspect",
                        "-f",
                        "{{len .IPAM.Config}} {{index .Options \"com.docker.network.bridge.enable_icc\"}}",
                        "bridge"))
                .isEqualTo("1 true");
    }

    @Test
    void whatWasAskedForIsShownAndFound() throws IOException {
        String id = out(
                "network",
                "create",
                "--subnet",
                "10.71.0.0/24",
                "--ip-range",
                "10.71.0.128/25",
                "--gateway",
                "10.71.0.1",
                "--aux-address",
                "printer=10.71.0.200",
                "--internal",
                "--label",
                "tier=back",
                "-o",
                "com.docker.network.driver.mtu=1400",
                "back");
        assertThat(id).matches("[0-9a-f]{64}");
        assertThat(out(
                        "network",
                        "inspect",
                        "-f",
                        "{{.Id}} {{.Driver}} {{.Internal}} {{.EnableIPv6}} {{json .IPAM.Config}} {{json .Labels}} {{json .Options}}",
                        id.substring(0, 8)))
                .isEqualTo(id + " bridge true false"
                        + " [{\"AuxiliaryAddresses\":{\"printer\":\"10.71.0.200\"},\"Gateway\":\"10.71.0.1\","
                        + "\"IPRange\":\"10.71.0.128/25\",\"Subnet\":\"10.71.0.0/24\"}]"
                        + " {\"tier\":\"back\"} {\"com.docker.network.driver.mtu\":\"1400\"}");
        for (String filter : new String[] {"name=ac", "id=" + id.substring(0, 6), "label=tier=back", "dangling=true"}) {
            assertThat(out("network", "ls", "-q", "--no-trunc", "--filter", filter, "--filter", "type=custom"))
                    .as(filter)
                    .isEqualTo(id);
        }
        assertThat(out("network", "rm", "back")).isEqualTo("back");
        assertThat(refusal("network", "inspect", "back")).contains("network back not found");
    }

    @Test
    void badInputChangesNothingAndIsRefusedInDockersWords() throws IOException {
        out("network", "create", "--subnet", "10.72.0.0/16", "one");
        assertThat(refusal("network", "create", "one")).contains("network with name one already exists");
        assertThat(refusal("network", "create", "--subnet", "10.72.5.0/24", "two"))
                .contains("Pool overlaps with other one on this address space");
        assertThat(refusal("network", "create", "--subnet", "10.73.0.7/24", "two"))
                .contains("it should be 10.73.0.0/24");
        assertThat(refusal("network", "create", "-d", "weave", "two")).contains("plugin \"weave\" not found");
        assertThat(refusal("network", "create", "-o", "com.docker.network.driver.mtu=soon", "two"))
                .contains("com.docker.network.driver.mtu");
        assertThat(refusal("network", "ls", "--filter", "colour=red")).contains("invalid filter");
        assertThat(refusal("network", "connect", "one", "nobody")).contains("No such container: nobody");
        assertThat(out("network", "ls", "-q", "--filter", "type=custom").lines())
                .hasSize(1);
    }

    @Test
    void networksSurviveTheDaemonAndEventsTellOfThem() throws IOException {
        String since = Long.toString(Instant.now().getEpochSecond() - 1);
        String id = out("network", "create", "lasting");
        String subnet = out("network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}}", "lasting");
        daemon.kill();
        daemon.startAgain();
        assertThat(out("network", "inspect", "-f", "{{.Id}} {{(index .IPAM.Config 0).Subnet}}", "lasting"))
                .isEqualTo(id + " " + subnet);
        assertThat(out("network", "prune", "-f")).isEqualTo("Deleted Networks:\nlasting");
        assertThat(out(
                        "events",
                        "--since",
                        since,
                        "--until",
                        Long.toString(Instant.now().getEpochSecond() + 1),
                        "--filter",
                        "network=lasting",
                        "--format",
                        "{{.Type}} {{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.type}}"))
                .isEqualTo("network create lasting bridge\nnetwork destroy lasting bridge");
    }

    @Test
    void aConfigurationIsTakenFromAnother() throws IOException {
        out("network", "create", "--config-only", "--subnet", "10.74.0.0/24", "base");
        out("network", "create", "--config-from", "base", "user");
        assertThat(out("network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}} {{.ConfigFrom.Network}}", "user"))
                .isEqualTo("10.74.0.0/24 base");
        assertThat(refusal("network", "rm", "base")).contains("in use by user");
        out("network", "rm", "user");
    }
}
