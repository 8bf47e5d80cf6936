package dev.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unsupported;
import dev.gantry.daemon.config.Option;
import dev.gantry.daemon.config.Options;
import dev.gantry.images.snapshot.StorageDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonFlagsTest {
    private static DaemonFlags parse(String... args) {
        return DaemonFlags.parse(List.of(args), "");
    }

    @Test
    void withoutFlagsItUsesTheUsualPlaces() {
        DaemonFlags f = parse();
        assertThat(f.dataRoot()).isEqualTo(Path.of("/var/lib/gantry"));
        assertThat(f.execRoot()).isEqualTo(Path.of("/run/gantry"));
        assertThat(f.hosts()).hasToString("[unix:///run/gantry.sock]");
        assertThat(f.cgroupParent()).isEqualTo("gantry");
    }

    @Test
    void allSpellingsOfAFlagAreRead() {
        DaemonFlags f =
                parse("-H", "unix:///a", "--host=fd://", "-p/b", "--data-root=/c", "-D", "-G", "x", "-l", "warn");
        assertThat(f.hosts()).hasToString("[unix:///a, fd://]");
        assertThat(f.pidFile()).isEqualTo(Optional.of(Path.of("/b")));
        assertThat(f.dataRoot()).isEqualTo(Path.of("/c"));
        assertThat(f.group()).isEqualTo(Optional.of("x"));
        assertThat(f.level()).isEqualTo(LogLevel.DEBUG);
        assertThat(parse("--debug=false").level()).isEqualTo(LogLevel.INFO);
        assertThat(parse("--log-level=fatal").level()).isEqualTo(LogLevel.ERROR);
        assertThat(f.sockets()).containsExactly(Path.of("/a"));
    }

    @Test
    void whatIsNotDoneIsRefusedByName() {
        for (String flag : new String[] {"--add-runtime", "--containerd", "-b", "--storage-opt"}) {
            assertThatThrownBy(() -> parse(flag, "x"))
                    .as(flag)
                    .isInstanceOf(Unsupported.class)
                    .hasMessageContaining(flag);
        }
        assertThatThrownBy(() -> parse("--live-restore=false"))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("always outlive");
        assertThat(parse("--live-restore", "-s", "overlay2").hosts()).hasSize(1);
        assertThatThrownBy(() -> EngineOptions.storage(parse("-s", "btrfs").settings()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("overlay2");
        assertThat(EngineOptions.storage(parse("-s", "vfs").settings())).contains(StorageDriver.COPY);
        assertThat(EngineOptions.storage(parse().settings())).isEmpty();
        assertThatThrownBy(() -> parse("--nonsense")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> parse("word")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> parse("--data-root")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> parse("--debug=maybe")).isInstanceOf(InvalidArgument.class);
        assertThatThrownBy(() -> parse("-l", "loud")).isInstanceOf(InvalidArgument.class);
    }

    @Test
    void anOpenPortIsServedWithTlsOrByAnExplicitWord() {
        assertThatThrownBy(() -> parse("-H", "tcp://127.0.0.1:2375"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("--tls=false");
        assertThat(parse("-H", "tcp://", "--tls=false").hosts()).hasToString("[tcp://127.0.0.1:2375]");
        DaemonFlags f = parse("-H", "tcp://[::1]", "-H", ":80", "--tlsverify", "--tlscacert", "/ca", "--tlskey=/k");
        assertThat(f.hosts()).hasToString("[tcp://[::1]:2376, tcp://127.0.0.1:80]");
        var tls = f.tls().orElseThrow();
        assertThat(tls.verify()).isTrue();
        assertThat(tls.ca()).isEqualTo(Path.of("/ca"));
        assertThat(tls.cert().toString()).endsWith("/.docker/cert.pem");
        assertThat(parse("-H", "tcp://", "--tls").tls().orElseThrow().verify()).isTrue();
        assertThat(parse("-H", "tcp://", "--tlsverify=false")
                        .tls()
                        .orElseThrow()
                        .verify())
                .isFalse();
        for (String bad :
                new String[] {"tcp://a:b", "tcp://a/b", "npipe://x", "tcp://::1", "tcp://a:99999", "", "/x"}) {
            assertThatThrownBy(() -> parse("-H", bad, "--tls")).as(bad).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void aFileSaysWhatFlagsDoNot(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("daemon.json"), """
                {"hosts": ["unix:///a", "unix:///b"], "data-root": "/d", "debug": true, "log-opts": {"max-size": "1m"},
                 "default-ulimits": {"nofile": {"Name": "nofile", "Hard": 2, "Soft": 1}},
                 "default-address-pools": [{"base": "10.1.0.0/16", "size": 24}]}
                """);
        DaemonFlags f = parse("--config-file", file.toString(), "--exec-root", "/e");
        assertThat(f.hosts()).hasToString("[unix:///a, unix:///b]");
        assertThat(f.dataRoot()).isEqualTo(Path.of("/d"));
        assertThat(f.level()).isEqualTo(LogLevel.DEBUG);
        assertThat(f.settings().map("log-opt")).isEqualTo(Map.of("max-size", "1m"));
        assertThat(f.settings().list("default-ulimit")).containsExactly("nofile=1:2");
        assertThat(f.settings().list("default-address-pool")).containsExactly("base=10.1.0.0/16,size=24");
        // A daemon that is started again reads the file again, and is told nothing twice.
        assertThat(DaemonFlags.parse(f.words(), UsualPlaces.HOST).hosts()).isEqualTo(f.hosts());
    }

    @Test
    void aDaemonThatIsStartedAgainFindsAFileThatWasWrittenSince(@TempDir Path dir) throws IOException {
        List<String> words = DaemonFlags.parse(List.of(), dir.toString()).words();
        assertThat(DaemonFlags.parse(words, UsualPlaces.HOST).words()).isEqualTo(words);
        Files.writeString(dir.resolve("daemon.json"), "{\"labels\": [\"a=1\"]}");
        DaemonFlags again = DaemonFlags.parse(words, UsualPlaces.HOST);
        assertThat(again.settings().list("label")).containsExactly("a=1");
        assertThat(again.words()).isEqualTo(words);
        // Whoever said that there is none means it.
        List<String> none =
                DaemonFlags.parse(List.of("--config-file", ""), dir.toString()).words();
        assertThat(DaemonFlags.parse(none, UsualPlaces.HOST).settings().has("label"))
                .isFalse();
    }

    @Test
    void whatIsWrongWithAFileIsSaid(@TempDir Path dir) throws IOException {
        Path file = dir.resolve("daemon.json");
        Map<String, String> wrong = Map.of(
                "{\"nosuch\": 1, \"debug\": true, \"other\": {}}",
                "directives don't match any configuration option: nosuch, other",
                "{\"debug\": \"yes\"}",
                "the value of debug is not true or false",
                "{\"log-opts\": {\"max-size\": 10}}",
                "the value of log-opts is not a text",
                "{\"debug\": tru",
                "it is not JSON",
                "[]",
                "not a JSON object",
                "{\"storage-opts\": [\"x\"]}",
                "the storage driver has no options",
                "{\"group\": \"a\", \"labels\": [\"a=b\"]}",
                "both as a flag and in the configuration file: group: (from flag: b, from file: a), labels: (from flag:"
                        + " [x y], from file: [a=b])");
        wrong.forEach((text, why) -> {
            assertThatThrownBy(() -> {
                        Files.writeString(file, text);
                        parse("--config-file", file.toString(), "-G", "b", "--label", "x", "--label", "y");
                    })
                    .as(text)
                    .isInstanceOf(GantryException.class)
                    .hasMessageContaining(why);
        });
        assertThatThrownBy(() -> parse("--config-file", dir.resolve("none").toString()))
                .isInstanceOf(InvalidArgument.class);
        Files.writeString(file, "");
        assertThat(parse("--config-file", file.toString()).hosts()).hasSize(1);
    }

    @Test
    void aReloadTakesWhatMayChangeOfAFileThatAStartWouldTake(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("daemon.json"), "{\"labels\": [\"a=1\"], \"icc\": true}");
        var settings = parse("--config-file", file.toString(), "--mtu", "1400").settings();
        Files.writeString(file, "{\"labels\": [\"a=2\"], \"icc\": false}");
        assertThat(settings.reloaded().list("label")).containsExactly("a=2");
        assertThat(settings.reloaded().flag("icc", false)).isTrue();
        for (String bad : List.of(
                "\"storage-opts\": [\"x\"]",
                "\"live-restore\": false",
                "\"raw-logs\": false",
                "\"proxies\": {\"http-proxy\": \"socks5://p\"}, \"bridge\": \"x\"",
                "\"mtu\": 1500")) {
            Files.writeString(file, "{\"labels\": [\"a=3\"], " + bad + "}");
            assertThatThrownBy(settings::reloaded).as(bad).isInstanceOf(GantryException.class);
            assertThatThrownBy(() -> parse("--config-file", file.toString(), "--mtu", "1400"))
                    .as(bad)
                    .isInstanceOf(GantryException.class);
        }
    }

    @Test
    void whatCannotBeIsRefusedBeforeTheStart() {
        String[][] wrong = {
            {"--label", "x"},
            {"--dns", "nowhere"},
            {"--default-ulimit", "nofile"},
            {"--default-ulimit", "nosuch=1"},
            {"--default-shm-size", "much"},
            {"--default-shm-size", "999999999999999t"},
            {"--default-ipc-mode", "host"},
            {"--default-cgroupns-mode", "x"},
            {"--log-driver", "local", "--log-opt", "nosuch=1"},
            {"--log-opt", "max-size=x"},
            {"--seccomp-profile", "/nowhere"},
            {"--default-network-opt", "bridge=x"},
            {"--insecure-registry", "10.0.0.0/8"},
            {"--registry-mirror", "mirror"},
            {"--registry-mirror", "https://m/path"},
            {"--max-concurrent-downloads", "0"},
        };
        for (String[] args : wrong) {
            assertThat(catchThrowable(() -> Reloading.check(parse(args).settings())))
                    .as(String.join(" ", args))
                    .isInstanceOf(GantryException.class);
        }
        for (String[] args : new String[][] {
            {"--bip", "172.30.0.0"},
            {"--bip", "fd00::1/64"},
            {"--bip", "172.30.0.1/24", "--fixed-cidr", "172.30.1.0/24"},
            {"--default-address-pool", "base=10.0.0.0/8"},
            {"--ip", "here"}
        }) {
            assertThat(catchThrowable(() -> EngineOptions.networks(parse(args).settings())))
                    .as(String.join(" ", args))
                    .isInstanceOf(GantryException.class);
        }
        var s = parse("--default-shm-size", "1GiB", "--default-ulimit", "nofile=3", "--registry-mirror", "http://m:1/")
                .settings();
        assertThat(ApiOptions.read(s).containers().shmBytes()).isEqualTo(1L << 30);
        assertThat(ApiOptions.read(s).containers().ulimits()).hasToString("[Ulimit[name=nofile, soft=3, hard=3]]");
        assertThat(EngineOptions.registries(s).mirrors()).hasToString("[http://m:1/]");
    }

    @Test
    void aProxyOfTheEnvironmentThatIsNotDoneKeepsNoDaemonFromStarting() {
        assertThat(EngineOptions.ofEnvironment(Map.of("HTTPS_PROXY", "http://me:pw@p:1"), "HTTPS_PROXY"))
                .isEmpty();
        assertThat(EngineOptions.ofEnvironment(Map.of("HTTPS_PROXY", "socks5://p:1"), "HTTPS_PROXY"))
                .isEmpty();
        assertThat(EngineOptions.ofEnvironment(Map.of("HTTP_PROXY", "http://a:1", "http_proxy", "b:1"), "HTTP_PROXY"))
                .isEqualTo("http://a:1");
        assertThat(EngineOptions.ofEnvironment(Map.of("HTTP_PROXY", "", "http_proxy", "b:1"), "HTTP_PROXY"))
                .isEqualTo("b:1");
        assertThat(catchThrowable(() -> EngineOptions.registries(
                        parse("--https-proxy", "http://me:pw@p:1").settings())))
                .isInstanceOf(GantryException.class)
                .hasMessageNotContaining("pw");
    }

    @Test
    void theOptionsAreThoseOfDockerd() {
        Set<String> names = new HashSet<>();
        for (Option option : Options.all()) {
            assertThat(names.add(option.name())).as(option.name()).isTrue();
            assertThat(option.letter().isEmpty() || names.add(option.letter())).isTrue();
        }
        assertThat(Options.all()).hasSizeGreaterThan(80);
    }

    @Test
    void aCgroupParentIsAPathBelow() {
        assertThat(parse("--cgroup-parent", "/a/b").cgroupParent()).isEqualTo("a/b");
        for (String bad : new String[] {"", "/", "..", "a/../b", "a//b"}) {
            assertThatThrownBy(() -> parse("--cgroup-parent", bad)).as(bad).isInstanceOf(InvalidArgument.class);
        }
    }

    private static final String[] TLS = {"--overlay-tls-ca", "/a", "--overlay-tls-cert", "/b", "--overlay-tls-key", "/c"
    };

    private static DaemonFlags overlay(String... args) {
        return parse(Stream.concat(Stream.of(TLS), Stream.of(args)).toArray(String[]::new));
    }

    @Test
    void hostsOfOverlayNetworksKnowEachOtherOrNothingIsShared() {
        assertThat(parse().overlay().isNone()).isTrue();
        var o = overlay("--overlay-advertise", "192.0.2.1", "--overlay-peer=192.0.2.2:80", "--overlay-grace", "90s")
                .overlay();
        assertThat(o.advertise()).hasToString("192.0.2.1:7946");
        assertThat(o.peers()).hasToString("[192.0.2.2:80]");
        assertThat(o.grace()).isEqualTo(Duration.ofSeconds(90));
        assertThat(o.files().key()).isEqualTo(Path.of("/c"));
        // Said as a command line again, it is the same.
        DaemonFlags f =
                overlay("--overlay-advertise", "192.0.2.1", "--overlay-peer=192.0.2.2:80", "--overlay-grace=90s");
        assertThat(DaemonFlags.parse(f.words(), UsualPlaces.HOST).overlay()).isEqualTo(o);
        var six = overlay("--overlay-advertise", "2001:db8::1", "--overlay-peer", "[2001:db8::2]:80");
        assertThat(six.overlay().advertise()).hasToString("[2001:db8::1]:7946");
        assertThat(six.overlay().peers()).hasToString("[[2001:db8::2]:80]");
        assertThat(DaemonFlags.parse(six.words(), UsualPlaces.HOST).overlay()).isEqualTo(six.overlay());
        for (String[] lacks : new String[][] {
            {"--overlay-peer", "192.0.2.2"},
            {"--overlay-advertise", "192.0.2.1"},
            {"--overlay-advertise", "192.0.2.1", "--overlay-tls-ca", "/a", "--overlay-tls-cert", "/b"},
            {"--overlay-tls-ca", "/a"}
        }) {
            assertThatThrownBy(() -> parse(lacks))
                    .as(String.join(" ", lacks))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("is missing");
        }
        for (String bad : new String[] {
            "",
            "x",
            "192.0.2",
            "::1",
            "127.0.0.1",
            "0.0.0.0",
            "192.0.2.1:0",
            "192.0.2.1:x",
            "[::]:80",
            "fe80::1",
            "[2001:db8::1]:0"
        }) {
            assertThatThrownBy(() -> overlay("--overlay-advertise", bad))
                    .as(bad)
                    .isInstanceOf(InvalidArgument.class);
        }
        for (String[] bad : new String[][] {
            {"--overlay-peer", "192.0.2.1"},
            {"--overlay-peer", "192.0.2.2", "--overlay-peer", "192.0.2.2:99"},
            {"--overlay-peer", "2001:db8::2"},
            {"--overlay-data-port", "80"},
            {"--overlay-data-port", "65535"},
            {"--overlay-grace", "soon"}
        }) {
            String[] all = Stream.concat(Stream.of("--overlay-advertise", "192.0.2.1"), Stream.of(bad))
                    .toArray(String[]::new);
            assertThatThrownBy(() -> overlay(all)).as(String.join(" ", bad)).isInstanceOf(InvalidArgument.class);
        }
    }

    @Test
    void theLaunchersWordIsOptional() {
        assertThat(DaemonFlags.strip(List.of("daemon", "-D"))).containsExactly("-D");
        assertThat(DaemonFlags.strip(List.of("-D"))).containsExactly("-D");
    }

    @Test
    void oneDirectoryForAllIsUsedWhereNoFlagSaysOtherwise() {
        DaemonFlags f = DaemonFlags.parse(List.of("--exec-root", "/e"), "/g");
        assertThat(f.dataRoot()).isEqualTo(Path.of("/g/data"));
        assertThat(f.execRoot()).isEqualTo(Path.of("/e"));
        assertThat(f.hosts()).hasToString("[unix:///g/gantry.sock]");
    }
}
