package dev.gantry.network.firewall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.network.endpoint.SandboxPlan.Attachment;
import dev.gantry.network.model.Instance;
import dev.gantry.network.model.Network;
import dev.gantry.network.testing.Networks;
import dev.gantry.network.testing.Placed;
import dev.gantry.network.testing.Tool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The kernel takes the table as planned, whole and by changes. In a network namespace that ends with
/// each command.
@Tag("kernel")
class NftKernelTest {
    private static final Instance US = Instance.DEFAULT;

    private final Network web = Networks.dual("web", "10.1.0.0/24", "fd00:1::/64");
    private final Network routed = Networks.dual(
            "routed",
            "10.2.0.0/24",
            "fd00:2::/64",
            Map.of(
                    "com.docker.network.bridge.gateway_mode_ipv4", "routed",
                    "com.docker.network.bridge.gateway_mode_ipv6", "nat-unprotected",
                    "com.docker.network.bridge.trusted_host_interfaces", "eth7"));
    private final Network apart = Networks.bridge(
            "apart",
            "10.3.0.0/24",
            Map.of(
                    "com.docker.network.bridge.enable_icc", "false",
                    "com.docker.network.host_ipv4", "192.0.2.7"));
    private final Network inside = Networks.internal("inside", "10.4.0.0/24");
    private final List<Network> networks = List.of(web, routed, apart, inside);

    @BeforeEach
    void needs() {
        Assumptions.assumeTrue(Tool.isRoot(), "needs root for a network namespace");
        Assumptions.assumeTrue(Tool.isThere("nft"), "needs the nft command");
    }

    private static String inNamespace(String script) {
        Tool.Result result = Tool.run(script, List.of("unshare", "-n", "sh", "-e"));
        assertThat(result.code()).as(result.output()).isZero();
        return result.output();
    }

    private static String nft(String text) {
        return "nft -f - <<'END'\n" + text + "END\n";
    }

    private List<Attachment> placed() {
        return List.of(
                Placed.in(web, "a", "8080:80", "127.0.0.1:8081:81", "[fd00:9::1]:53:53/udp", "99:99/sctp"),
                Placed.in(routed, "b", "8082:80"),
                Placed.in(apart, "c", "8083:80"),
                Placed.in(inside, "d", "8084:80"));
    }

    @Test
    void theKernelTakesTheTableAndHasWhatWasPlanned() {
        TablePlan plan = GantryTable.of(US).with(Elements.of(US, networks, placed()));
        String listed = inNamespace(nft(NftText.load(plan)) + "nft -y list table inet gantry");
        assertThat(listed)
                .contains("type filter hook forward priority 0")
                .contains("tcp . 8080 : 10.1.0.2 . 80")
                .contains("tcp . 8080 : fd00:1::2 . 80")
                .contains("127.0.0.1 . tcp . 8081 : 10.1.0.2 . 81")
                .contains("sctp . 99 : 10.1.0.2 . 99")
                .contains("10.2.0.2 . tcp . 80")
                .contains("10.3.0.0/24 : 192.0.2.7")
                .doesNotContain("8084");
    }

    @Test
    void loadingItAgainChangesNothingAndKeepsTheAdministratorsRules() {
        TablePlan plan = GantryTable.of(US).with(Elements.of(US, networks, placed()));
        String load = nft(NftText.load(plan));
        String listed = inNamespace(load
                + "nft add rule inet gantry user-forward tcp dport 22 drop\n"
                + "nft -s list ruleset > /proc/self/fd/1; echo ====\n" + load
                + "nft -s list ruleset");
        String[] halves = listed.split("====\n", -1);
        assertThat(halves[1]).isEqualTo(halves[0]).contains("tcp dport 22 drop");
    }

    @Test
    void anAdministratorsRulesMayBeThereBeforeTheEngine() {
        String before = nft("""
                add table inet gantry
                add chain inet gantry user-published
                add rule inet gantry user-published tcp dport 8080 ip saddr != 10.0.0.0/8 drop
                """);
        assertThat(inNamespace(
                        before + nft(NftText.load(GantryTable.of(US))) + "nft list chain inet gantry user-published"))
                .contains("tcp dport 8080 ip saddr != 10.0.0.0/8 drop");
    }

    @Test
    void aChangeIsWhatDiffers() {
        List<Element> none = Elements.of(US, networks, List.of());
        List<Element> all = Elements.of(US, networks, placed());
        ElementChange change = ElementChange.between(none, all);
        assertThat(change.removed()).isEmpty();
        String back = NftText.change(US.table(), ElementChange.between(all, none));
        String listed = inNamespace(nft(NftText.load(GantryTable.of(US).with(none)))
                + "nft -s list ruleset; echo ====\n" + nft(NftText.change(US.table(), change)) + nft(back)
                + "nft -s list ruleset");
        String[] halves = listed.split("====\n", -1);
        assertThat(halves[1]).isEqualTo(halves[0]);
        assertThat(ElementChange.between(all, all).isEmpty()).isTrue();
    }

    @Test
    void theExamplesOfTheManualLoad() throws IOException {
        String manual = Files.readString(Path.of("../docs/networking.md"));
        String[] parts = manual.split("```", -1);
        List<String> examples = new ArrayList<>();
        for (int i = 1; i < parts.length; i += 2) {
            if (parts[i].startsWith("\n")) {
                examples.add(parts[i].substring(1));
            }
        }
        assertThat(examples).hasSize(3);
        String before = nft(NftText.load(GantryTable.of(US)));
        assertThat(inNamespace(before + nft(String.join("", examples)) + "nft list ruleset"))
                .contains("tcp dport 5432 ip saddr != 192.0.2.0/24 drop")
                .contains("ct status dnat accept");
    }

    @Test
    void twoEnginesHaveTwoTables() {
        Instance other = Instance.ofRoot("/srv/other");
        String listed = inNamespace(
                nft(NftText.load(GantryTable.of(US))) + nft(NftText.load(GantryTable.of(other))) + "nft list tables");
        assertThat(listed).contains("table inet gantry\n").contains("table inet " + other.table() + "\n");
    }

    @Test
    void aThousandPortsAreElementsAndNotRules() {
        List<String> specs = new ArrayList<>(Collections.nCopies(1, "10000-10999:1000-1999"));
        List<Element> elements =
                Elements.of(US, networks, List.of(Placed.in(web, "many", specs.toArray(String[]::new))));
        String listed = inNamespace(nft(NftText.load(GantryTable.of(US).with(elements)))
                + "nft list table inet gantry | grep -c 'accept\\|drop\\|jump\\|goto\\|masquerade\\|dnat\\|snat'");
        assertThat(Integer.parseInt(listed.strip())).isLessThan(60);
        assertThat(elements).hasSizeGreaterThan(3000);
    }
}
