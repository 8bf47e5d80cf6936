package dev.gantry.engine.plugin.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rules of CNI specification 1.1 with programs that tell what they were asked, and with those that
/// misbehave.
@Timeout(60)
class CniChainTest {
    private static final CniAttachment ETH0 = CniAttachment.of("c1", "/proc/1/ns/net", "eth0");
    private static final String VERSION =
            "VERSION) echo '{\"cniVersion\":\"1.1.0\",\"supportedVersions\":[\"0.4.0\",\"1.0.0\",\"1.1.0\"]}';;";

    @TempDir
    Path dir;

    private Duration patience = Duration.ofMinutes(1);

    @BeforeEach
    void makePlugins() throws IOException {
        for (String name : List.of("first", "second")) {
            program(name, "ADD) echo '{\"cniVersion\":\"1.1.0\",\"ips\":[{\"address\":\"10.1.1.2/24\"}]}';;");
        }
    }

    /// Writes down what it was asked, then does what `cases` say.
    private void program(String name, String cases) throws IOException {
        Path file = Files.writeString(
                dir.resolve(name),
                "#!/bin/sh\necho \"" + name
                        + " $CNI_COMMAND $CNI_CONTAINERID $CNI_IFNAME $CNI_NETNS $CNI_ARGS $(cat)\" >> "
                        + dir.resolve("calls") + "\ncase $CNI_COMMAND in\n" + cases + "\n" + VERSION + "\nesac\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> calls(String command) throws IOException {
        return Files.readAllLines(dir.resolve("calls")).stream()
                .filter(c -> c.contains(" " + command + " "))
                .toList();
    }

    private CniChain chain(String head, String... plugins) throws IOException {
        String document = "{\"name\":\"n\"," + head + ",\"plugins\":[" + String.join(",", plugins) + "]}";
        return new CniChain(
                CniNetwork.parse("read n", document.getBytes(StandardCharsets.UTF_8)), List.of(dir), patience);
    }

    private CniChain both() throws IOException {
        return chain("\"cniVersion\":\"1.1.0\"", "{\"type\":\"first\",\"mtu\":1400}", "{\"type\":\"second\"}");
    }

    @Test
    void eachPluginGetsTheResultOfTheOneBefore() throws IOException {
        CniResult result = both().add(ETH0);
        assertThat(result.addresses()).hasSize(1);
        assertThat(calls("ADD")).hasSize(2);
        assertThat(calls("ADD").get(0))
                .startsWith("first ADD c1 eth0 /proc/1/ns/net")
                .contains("\"mtu\":1400", "\"name\":\"n\"", "\"cniVersion\":\"1.1.0\"")
                .doesNotContain("prevResult");
        assertThat(calls("ADD").get(1)).startsWith("second").contains("\"prevResult\":{", "10.1.1.2/24");
    }

    @Test
    void theyAreTakenAwayInReverseOrderAndAllOfThem() throws IOException {
        program("second", "DEL) echo 'so sad' >&2; exit 3;;");
        assertThatThrownBy(() -> both().delete(ETH0, Map.of()))
                .hasMessageContaining("by CNI plugin second: DEL: it ended with code 3 so sad");
        assertThat(calls("DEL")).extracting(c -> c.split(" ")[0]).containsExactly("second", "first");
    }

    @Test
    void onlyDeclaredCapabilitiesAreTold() throws IOException {
        var asked = new CniAttachment(
                "c1", "", "eth0", Map.of("A", "b"), Map.of("mac", "02:00:00:00:00:01", "ips", List.of()));
        chain("\"cniVersion\":\"1.1.0\"", "{\"type\":\"first\",\"capabilities\":{\"mac\":true,\"ips\":false}}")
                .add(asked);
        assertThat(calls("ADD").getFirst())
                .contains("A=b", "\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:01\"}")
                .doesNotContain("\"capabilities\"", "\"ips\":[]");
    }

    @Test
    void theNewestCommonVersionIsSpoken() throws IOException {
        assertThat(chain("\"cniVersion\":\"0.3.1\",\"cniVersions\":[\"1.0.0\",\"2.0.0\"]", "{\"type\":\"first\"}")
                        .version())
                .isEqualTo(CniVersion.V1_0_0);
        CniChain old = chain("\"cniVersion\":\"0.3.1\"", "{\"type\":\"first\"}");
        assertThatThrownBy(() -> old.add(ETH0))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("no version is spoken by all: the file allows [0.3.1]");
        CniChain older = chain("\"cniVersion\":\"0.4.0\"", "{\"type\":\"first\"}");
        assertThatThrownBy(() -> older.collect(List.of())).isInstanceOf(Unsupported.class);
    }

    @Test
    void garbageIsEverythingButTheseAttachments() throws IOException {
        both().collect(List.of(ETH0));
        assertThat(calls("GC"))
                .hasSize(2)
                .allMatch(c -> c.contains("\"cni.dev/valid-attachments\":[{")
                        && c.contains("\"containerID\":\"c1\"")
                        && c.contains("\"ifname\":\"eth0\""));
        chain("\"cniVersion\":\"1.1.0\",\"disableGC\":true,\"disableCheck\":true", "{\"type\":\"first\"}")
                .collect(List.of());
        assertThat(calls("GC")).hasSize(2);
        both().status();
        assertThat(calls("STATUS")).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sleep 1000",
                "sleep 1000 & echo '{}'",
                "exec >&- ; sleep 1000",
                "(setsid sleep 1000 <&- >&- 2>&- &); sleep 1000",
                "yes",
                "yes >&2",
                "echo '{'",
                "echo '[]'",
                "echo '{\"ips\":5}'",
                "echo '{\"ips\":[{\"address\":\"10.0.0.1\"}]}'",
                "echo '{\"ips\":[{\"address\":\"10.0.0.1/24\",\"interface\":-1}]}'",
                "echo '{\"ips\":[{\"address\":\"10.0.0.1/24\",\"interface\":7}]}'",
                "echo '{\"interfaces\":[{\"name\":[]}]}'",
                "echo '{\"routes\":[{\"dst\":\"everywhere\"}]}'",
                "kill -9 $$",
                "exit 1",
                "echo '{\"code\":\"no\",\"msg\":7}'; exit 1"
            })
    void whateverAProgramDoesItEndsWithWordsAndIsTakenBack(String body) throws IOException {
        program("second", "ADD) " + body + ";;");
        if (body.contains("sleep") || body.contains("yes")) {
            patience = Duration.ofSeconds(2);
        }
        assertThatThrownBy(() -> both().add(ETH0))
                .isInstanceOf(GantryException.class)
                .hasMessageContaining("add eth0 to network n by CNI plugin second");
        assertThat(calls("DEL")).extracting(c -> c.split(" ")[0]).containsExactly("second", "first");
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (ProcessHandle.allProcesses().anyMatch(this::isOurs)) {
            assertThat(System.nanoTime()).as("somebody is left").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    /// By its environment, in which `CNI_PATH` is this directory.
    private boolean isOurs(ProcessHandle process) {
        try {
            return Files.readString(
                            Path.of("/proc", Long.toString(process.pid()), "environ"), StandardCharsets.ISO_8859_1)
                    .contains(dir.toString());
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"name\":\"n\",\"cniVersion\":\"1.0.0\",\"plugins\":[]}",
                "{\"name\":\"../n\",\"cniVersion\":\"1.0.0\",\"type\":\"a\"}",
                "{\"name\":\"n\",\"cniVersion\":\"9.0.0\",\"type\":\"a\"}",
                "{\"name\":\"n\",\"cniVersion\":\"1.0.0\",\"type\":\"../a\"}",
                "{\"name\":\"n\",\"cniVersion\":\"1.0.0\",\"plugins\":[\"a\"]}",
                "{\"name\":\"n\",\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":5}]}",
                "{\"name\":5,\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"a\"}]}"
            })
    void aWrongFileIsSaid(String document) throws IOException {
        Files.writeString(dir.resolve("10-wrong.conflist"), document);
        assertThatThrownBy(() -> CniList.find(dir, dir + "/10-wrong.conflist"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageStartingWith("read " + dir.resolve("10-wrong.conflist") + ": ");
    }

    @Test
    void filesCountByTheirNamesOrder() throws IOException {
        Files.writeString(dir.resolve("20-b.conf"), "{\"name\":\"n\",\"cniVersion\":\"1.0.0\",\"type\":\"late\"}");
        Files.writeString(
                dir.resolve("10-a.conflist"),
                "{\"name\":\"n\",\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"early\"}]}");
        assertThat(CniList.find(dir, "n").network().plugins())
                .extracting(CniNetwork.Plugin::type)
                .containsExactly("early");
        assertThatThrownBy(() -> CniList.find(dir, "other")).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> chain("\"cniVersion\":\"1.0.0\"", "{\"type\":\"absent\"}")
                        .add(ETH0))
                .isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> new CniAttachment("c", "", "a/b", Map.of(), Map.of()))
                .isInstanceOf(InvalidArgument.class);
    }
}
