package dev.gantry.engine.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A plugin is found, activated on first use, and cannot do harm.
@Timeout(120)
class PluginsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(500);

    @TempDir
    Path base;

    private PluginDirectories directories() {
        return new PluginDirectories(
                List.of(base.resolve("sockets")), List.of(base.resolve("etc"), base.resolve("lib")));
    }

    private Plugins plugins() {
        return new Plugins(new PluginDiscovery(directories()), LONG);
    }

    private Path file(String path, String content) throws IOException {
        Path file = base.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    // discovery

    @Test
    void theFirstHitWinsInTheOrderOfTheProtocol() throws IOException {
        var discovery = new PluginDiscovery(directories());
        file(
                "lib/a.json",
                "{\"Name\":\"a\",\"Addr\":\"https://b.example:4711\",\"TLSConfig\":{\"InsecureSkipVerify\":true}}");
        assertThat(discovery.find("a"))
                .isEqualTo(new PluginAddress.Tcp(
                        "b.example",
                        4711,
                        Optional.of(new PluginTls(true, Optional.empty(), Optional.empty(), Optional.empty()))));
        file("lib/a.spec", "tcp://[::1]:81\n");
        assertThat(discovery.find("a")).isEqualTo(new PluginAddress.Tcp("::1", 81, Optional.empty()));
        file("etc/a.spec", "unix:///else/where.sock");
        assertThat(discovery.find("a")).isEqualTo(new PluginAddress.Unix(Path.of("/else/where.sock")));
        Path nested = Files.createDirectories(base.resolve("sockets/a")).resolve("a.sock");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(nested));
            assertThat(discovery.find("a")).isEqualTo(new PluginAddress.Unix(nested));
        }
        assertThat(discovery.names()).containsExactly("a");
    }

    @Test
    void aFileThatIsNoSocketIsNone() throws IOException {
        file("sockets/a.sock", "");
        assertThatThrownBy(() -> plugins().get("a", PluginKind.VOLUME))
                .isInstanceOf(NotFound.class)
                .hasMessageStartingWith("error looking up volume plugin a: plugin \"a\" not found: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "a/b", "", ".a", "/etc/passwd", "a\nb", "a\0"})
    void aNameIsNoPath(String name) {
        assertThatThrownBy(() -> plugins().get(name, PluginKind.VOLUME)).isInstanceOf(NotFound.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "unix://relative", "ftp://a:1", "tcp://", "tcp://a:99999", "tcp://a:0", "a b", "{"})
    void aWrongAddressIsSaid(String address) throws IOException {
        file("etc/a.spec", address);
        assertThatThrownBy(() -> plugins().get("a", PluginKind.VOLUME)).isInstanceOf(InvalidArgument.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{\"Addr\":5}", "{\"Addr\":\"tcp://a:1\",\"TLSConfig\":[]}", "{\"Addr\":", "nope"})
    void aWrongJsonIsSaid(String document) throws IOException {
        file("etc/a.json", document);
        assertThatThrownBy(() -> plugins().get("a", PluginKind.VOLUME)).isInstanceOf(GantryException.class);
    }

    // first use, and the next one

    @Test
    void itIsActivatedOnceAndOnFirstUse() {
        try (var process =
                PluginProcess.start(base.resolve("sockets"), "sample").ready()) {
            Plugins plugins = plugins();
            assertThat(plugins.names()).containsExactly("sample");
            assertThat(process.calls()).isEmpty();
            for (int i = 0; i < 3; i++) {
                plugins.get("sample", PluginKind.VOLUME);
            }
            assertThat(process.calls()).containsExactly("Plugin.Activate ");
            assertThat(plugins.active(PluginKind.VOLUME)).containsExactly("sample");
            assertThat(plugins.active(PluginKind.METRICS)).isEmpty();
            assertThatThrownBy(() -> plugins.get("sample", PluginKind.METRICS))
                    .isInstanceOf(NotFound.class)
                    .hasMessageContaining("it is no MetricsCollector");
        }
    }

    @Test
    void aPluginThatStartsIsWaitedForAndOneThatDiedIsFoundAgain() throws IOException {
        file("etc/late.spec", "unix://" + base.resolve("sockets/late.sock"));
        Plugins plugins = plugins();
        try (var process = PluginProcess.start(base.resolve("sockets"), "late")) {
            // It is asked while it starts.
            PluginClient client = plugins.get("late", PluginKind.VOLUME);
            process.kill();
            process.startAgain();
            assertThat(client.call("list", "VolumeDriver.List", Map.of(), LONG).objects("Volumes"))
                    .isEmpty();
        }
    }

    @Test
    void patienceEnds() throws IOException {
        file("etc/never.spec", "unix://" + base.resolve("never.sock"));
        var plugins = new Plugins(new PluginDiscovery(directories()), SHORT);
        assertTimeout(
                LONG.dividedBy(2),
                () -> assertThatThrownBy(() -> plugins.get("never", PluginKind.VOLUME))
                        .isInstanceOf(Unavailable.class)
                        .hasMessageContaining("activate with plugin never: nobody listens at unix://"));
    }

    // faults

    @Test
    void whateverItDoesACallEndsInTimeWithWords() {
        try (var process =
                PluginProcess.start(base.resolve("sockets"), "sample").ready()) {
            PluginClient client = plugins().get("sample", PluginKind.VOLUME);
            Map<String, String> faults = Map.ofEntries(
                    Map.entry("hang", "it did not answer VolumeDriver.List within 500 ms"),
                    Map.entry("drip", "it did not answer VolumeDriver.List within 500 ms"),
                    Map.entry("close", "it broke off during VolumeDriver.List: it closed the connection"),
                    Map.entry("huge", "its answer is larger than 1048576 bytes"),
                    Map.entry("long", "its answer is larger than 1048576 bytes"),
                    Map.entry("negative", "it sent a negative length"),
                    Map.entry("noise", "it does not speak HTTP"),
                    Map.entry("status", "it answered VolumeDriver.List with status 500"),
                    Map.entry("answer []", "it is not a JSON object"),
                    Map.entry("answer {\"Volumes\":", "it is not JSON"),
                    Map.entry("answer nonsense", "it is not"),
                    Map.entry("answer " + "{\"a\":".repeat(5000), "it is nested deeper than 64 levels"),
                    Map.entry("answer {\"Err\":\"disk\\nfull\"}", "VolumeDriver.List: disk full"));
            faults.forEach((fault, words) -> {
                process.faults("VolumeDriver.List " + fault);
                Duration limit = fault.equals("hang") || fault.equals("drip") ? SHORT : LONG;
                assertTimeout(
                        LONG.dividedBy(2),
                        () -> assertThatThrownBy(
                                        () -> client.call("list volumes", "VolumeDriver.List", Map.of(), limit))
                                .as(fault)
                                .isInstanceOfAny(Unavailable.class, Internal.class)
                                .hasMessageStartingWith("list volumes with plugin sample: ")
                                .hasMessageContaining(words));
            });
            process.faults();
            assertThat(client.call("list volumes", "VolumeDriver.List", Map.of(), LONG)
                            .objects("Volumes"))
                    .isEmpty();
        }
    }

    @Test
    void oneThatDiesInACallIsSaidToHave() {
        try (var process =
                PluginProcess.start(base.resolve("sockets"), "sample").ready()) {
            PluginClient client = plugins().get("sample", PluginKind.VOLUME);
            process.faults("VolumeDriver.List die");
            assertThatThrownBy(() -> client.call("list volumes", "VolumeDriver.List", Map.of(), LONG))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("it broke off during VolumeDriver.List");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Implements\":\"VolumeDriver\"}",
                "{\"Implements\":[1]}",
                "{\"Implements\":{}}",
                "{\"Implements\":null}",
                "{}"
            })
    void aWrongHandshakeIsNoPlugin(String answer) {
        try (var process =
                PluginProcess.start(base.resolve("sockets"), "sample").ready()) {
            process.faults("Plugin.Activate answer " + answer);
            Plugins plugins = plugins();
            assertThatThrownBy(() -> plugins.get("sample", PluginKind.VOLUME)).isInstanceOf(GantryException.class);
            process.faults();
            if (answer.contains("Implements\":[") || answer.contains("\":{}") || answer.contains("\"Vol")) {
                assertThat(plugins.get("sample", PluginKind.VOLUME).name()).isEqualTo("sample");
            }
        }
    }

    @Test
    void valuesAreReadAsTheirTypeOrNotAtAll() throws IOException {
        var answer = new PluginAnswer(
                "test",
                JsonTree.object(
                        "{\"t\":\"x\",\"n\":5,\"f\":1.5,\"b\":true,\"m\":-1,\"l\":[\"a\",null],\"z\":\"a\\u0000b\"}"
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertThat(answer.text("t")).isEqualTo("x");
        assertThat(answer.number("n", 0, 10)).isEqualTo(5);
        assertThat(answer.flag("b")).isTrue();
        assertThat(answer.text("absent")).isEmpty();
        assertThatThrownBy(() -> answer.text("n")).hasMessageContaining("answered n = 5 where a text belongs");
        assertThatThrownBy(() -> answer.number("m", 0, 10)).isInstanceOf(Internal.class);
        assertThatThrownBy(() -> answer.number("f", 0, 10)).isInstanceOf(Internal.class);
        assertThatThrownBy(() -> answer.texts("l")).isInstanceOf(Internal.class);
        assertThatThrownBy(() -> answer.text("z")).isInstanceOf(Internal.class);
    }
}
