package dev.gantry.docker.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.api.container.BindOptions;
import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.HostConfig;
import dev.gantry.api.json.Wire;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.EndpointWish;
import dev.gantry.engine.container.IsolationSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.PortWish;
import dev.gantry.engine.container.RareLimits;
import dev.gantry.engine.container.RestartPolicy;
import dev.gantry.engine.container.Security;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CreateTranslationTest {
    private static CreateRequest request(String host) {
        return Wire.json()
                .type(CreateRequest.class)
                .fromJson("{\"Image\":\"busybox\",\"Cmd\":[\"true\"],\"HostConfig\":" + host + "}");
    }

    private static ContainerSpec spec(String host) {
        CreateRequest r = request(host);
        HostConfig h = r.hostConfig();
        HostConfigCheck.check(r, h, 50, false, false);
        return CreateTranslation.spec(r, h, name -> name, 50);
    }

    private static List<String> warnings(String host) {
        CreateRequest r = request(host);
        return HostConfigCheck.check(r, r.hostConfig(), 50, false, false);
    }

    @Test
    void bindsOfBothKindsAreRead() {
        ContainerSpec s = spec("{\"NetworkMode\":\"none\",\"Binds\":[\"/a:/b\",\"/c:/d:ro,rslave\"],\"Mounts\":["
                + "{\"Type\":\"bind\",\"Source\":\"/e\",\"Target\":\"/f\",\"ReadOnly\":true},"
                + "{\"Type\":\"tmpfs\",\"Target\":\"/g\",\"TmpfsOptions\":{\"SizeBytes\":4096,\"Mode\":448}}]}");
        assertThat(s.binds())
                .containsExactly(
                        new ContainerSpec.Bind("/a", "/b", false, true, "", true, false, ""),
                        new ContainerSpec.Bind("/c", "/d", true, true, "rslave", true, false, ""),
                        new ContainerSpec.Bind("/e", "/f", true, true, "", false, false, ""));
        assertThat(s.tmpfs()).containsExactly(new ContainerSpec.Tmpfs("/g", List.of("size=4096", "mode=700")));
    }

    @Test
    void volumesOfAllKindsAreRead() {
        ContainerSpec s = spec("{\"Binds\":[\"data:/b:ro,nocopy\",\"/c\"],\"VolumesFrom\":[\"web:ro\"],\"Mounts\":["
                + "{\"Type\":\"volume\",\"Source\":\"other\",\"Target\":\"/d\",\"VolumeOptions\":{\"Subpath\":\"a/b\","
                + "\"Labels\":{\"k\":\"v\"},\"DriverConfig\":{\"Options\":{\"type\":\"tmpfs\"}}}}]}");
        assertThat(s.mounts().volumes())
                .containsExactly(
                        MountsSpec.OfVolume.at("data", "/b").onlyRead(true).copied(false),
                        MountsSpec.OfVolume.at("", "/c"),
                        MountsSpec.OfVolume.at("other", "/d")
                                .inside("a/b")
                                .as(Map.of("k", "v"), Map.of("type", "tmpfs")));
        assertThat(s.mounts().from()).containsExactly("web:ro");
        assertThatThrownBy(() -> spec("{\"Binds\":[\"not/absolute:/b\"]}"))
                .hasMessageContaining("includes invalid characters for a local volume name");
        assertThatThrownBy(() -> spec("{\"Binds\":[\"a1:/b\",\"a2:/b/\"]}"))
                .hasMessageContaining("Duplicate mount point: /b/");
    }

    @Test
    void mapsOfOwnersAndWhatIsReadOnlyBelowAreRead() {
        ContainerSpec s = spec("{\"Binds\":[\"data:/a:idmap=uids=1000-0-1;gids=1000-0-1#33-33-1,ro\"],\"Mounts\":["
                + "{\"Type\":\"bind\",\"Source\":\"/e\",\"Target\":\"/f\",\"IdMap\":\"uids=0-5-1\",\"ReadOnly\":true,"
                + "\"BindOptions\":{\"ReadOnlyNonRecursive\":true}}]}");
        assertThat(s.mounts().volumes())
                .containsExactly(MountsSpec.OfVolume.at("data", "/a")
                        .onlyRead(true)
                        .mapped("uids=1000-0-1;gids=1000-0-1#33-33-1"));
        assertThat(s.binds())
                .containsExactly(new ContainerSpec.Bind("/e", "/f", true, true, "", false, true, "uids=0-5-1"));
        for (String map :
                List.of("", "=", "=uids=1", "=uids=1-2-0", "=uids=0-0-4294967296", "=x", "=uids=0-0-5#4-9-1")) {
            assertThatThrownBy(() -> spec("{\"Binds\":[\"data:/a:idmap" + map + "\"]}"))
                    .as(map)
                    .hasMessageContaining("map owners with idmap");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data:/a:ro,rw",
                "data:/a:z,Z",
                "data:/a:nocopy,nocopy",
                "data:/a:rslave",
                "data:/a:U",
                "/data:/a:nocopy",
                "/data:/a:shared,slave"
            })
    void aModeThatContradictsItselfOrIsOfAnotherKindIsRefused(String bind) {
        assertThatThrownBy(() -> spec("{\"Binds\":[\"" + bind + "\"]}"))
                .hasMessageContaining("invalid mode: " + bind.substring(bind.lastIndexOf(':') + 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"Type\":\"bind\",\"Source\":\"/a\",\"VolumeOptions\":{}}|field VolumeOptions must not be specified",
                "{\"Type\":\"volume\",\"BindOptions\":{}}|field BindOptions must not be specified",
                "{\"Type\":\"tmpfs\",\"Source\":\"/a\"}|field Source must not be specified",
                "{\"Type\":\"image\",\"Source\":\"a\",\"IdMap\":\"uids=0-1-1\"}|field IdMap must not be specified",
                "{\"Type\":\"volume\",\"ReadOnly\":true}|must not set ReadOnly mode when using anonymous volumes",
                "{\"Type\":\"volume\",\"VolumeOptions\":{\"Subpath\":\"a\"}}|must not set Subpath when using anonymous",
                "{\"Type\":\"bind\",\"Source\":\"/a\",\"BindOptions\":{\"ReadOnlyForceRecursive\":true}}|is for a mount that is read-only",
            })
    void optionsThatWouldMeanNothingAreRefused(String mount, String words) {
        String whole = mount.substring(0, mount.length() - 1) + ",\"Target\":\"/t\"}";
        assertThatThrownBy(() -> spec("{\"Mounts\":[" + whole + "]}")).hasMessageContaining(words);
    }

    @Test
    void theDriverOfNewVolumesIsCarriedOver() {
        ContainerSpec s = spec("{\"VolumeDriver\":\"flocker\",\"Binds\":[\"data:/b\"],\"Mounts\":["
                + "{\"Type\":\"volume\",\"Source\":\"other\",\"Target\":\"/d\","
                + "\"VolumeOptions\":{\"DriverConfig\":{\"Name\":\"x\"}}}]}");
        assertThat(s.mounts().driver()).isEqualTo("flocker");
        assertThat(s.mounts().volumes()).extracting(MountsSpec.OfVolume::driver).containsExactly("flocker", "x");
    }

    @Test
    void limitsAndRightsAreCarriedOver() {
        ContainerSpec s = spec(
                "{\"NetworkMode\":\"host\",\"Memory\":33554432,\"NanoCpus\":500000000,\"PidsLimit\":7,"
                        + "\"CapAdd\":[\"NET_ADMIN\"],\"CapDrop\":[\"ALL\"],\"ReadonlyRootfs\":true,\"Init\":true,"
                        + "\"SecurityOpt\":[\"seccomp=unconfined\",\"no-new-privileges\"],\"AutoRemove\":true,"
                        + "\"Sysctls\":{\"net.ipv4.ip_forward\":\"1\"},\"Ulimits\":[{\"Name\":\"nofile\",\"Soft\":1,\"Hard\":2}]}");
        assertThat(s.resources().memoryBytes()).isEqualTo(32 << 20);
        assertThat(s.resources().cpuNanos()).isEqualTo(500_000_000);
        assertThat(s.resources().pidsLimit()).isEqualTo(7);
        assertThat(s.resources().ulimits()).hasSize(1);
        assertThat(s.security().seccomp()).isEqualTo(Security.Seccomp.UNCONFINED);
        assertThat(s.security().noNewPrivileges()).isTrue();
        assertThat(s.security().readonlyRootfs()).isTrue();
        assertThat(s.security().sysctls()).containsExactly("net.ipv4.ip_forward=1");
        assertThat(s.network()).isEqualTo(ContainerSpec.Network.HOST);
        assertThat(s.init() && s.autoRemove()).isTrue();
    }

    @Test
    void logsAndRestartsAreCarriedOver() {
        ContainerSpec s = spec(
                "{\"NetworkMode\":\"none\",\"RestartPolicy\":{\"Name\":\"on-failure\",\"MaximumRetryCount\":3},"
                        + "\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"max-size\":\"1m\",\"max-file\":\"3\"}}}");
        assertThat(s.restart()).isEqualTo(new RestartPolicy(RestartPolicy.Kind.ON_FAILURE, 3));
        assertThat(s.log())
                .isEqualTo(new ContainerSpec.LogConfig(ContainerSpec.LogConfig.Kind.JSON_FILE, 1 << 20, 3, false));
    }

    @Test
    void withoutABridgeTheEngineChoosesAndSaysSo() {
        for (String mode : new String[] {"{}", "{\"NetworkMode\":\"default\"}", "{\"NetworkMode\":\"bridge\"}"}) {
            assertThat(warnings(mode)).hasSize(1);
            assertThat(spec(mode).network()).isEqualTo(ContainerSpec.Network.DEFAULT);
        }
        assertThat(warnings("{\"NetworkMode\":\"none\"}")).isEmpty();
    }

    @Test
    void whatCannotBeGivenIsRefusedAndNeverIgnored() {
        for (String host : new String[] {
            "{\"PidMode\":\"foo\"}",
            "{\"IpcMode\":\"foo\"}",
            "{\"UTSMode\":\"container:x\"}",
            "{\"CgroupnsMode\":\"foo\"}",
            "{\"IOMaximumIOps\":1}",
            "{\"Isolation\":\"hyperv\"}",
            "{\"Memory\":1000}",
            "{\"Cgroup\":\"a\"}",
            "{\"NetworkMode\":\"container:x\",\"Dns\":[\"10.0.0.1\"]}",
            "{\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"80\"}]}}",
            "{\"PublishAllPorts\":true}",
            "{\"NetworkMode\":\"none\",\"Links\":[\"a:b\"]}",
            "{\"NetworkMode\":\"host\",\"Links\":[\"a:b\"]}",
            "{\"Binds\":[\"/a:b\"]}",
            "{\"Binds\":[\"/a:/b:what\"]}",
            "{\"Mounts\":[{\"Type\":\"image\",\"Target\":\"/a\"}]}",
            "{\"DeviceRequests\":[{\"Count\":1}]}",
            "{\"BlkioWeight\":5}",
            "{\"MemorySwappiness\":101}",
            "{\"CpuRealtimePeriod\":1000,\"CpuRealtimeRuntime\":5000}",
            "{\"Runtime\":\"runsc\"}",
            "{\"RestartPolicy\":{\"Name\":\"sometimes\"}}",
            "{\"LogConfig\":{\"Type\":\"syslog\",\"Config\":{\"max-buffer-size\":\"1m\"}}}",
            "{\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"compress\":\"true\",\"max-file\":\"1\"}}}",
            "{\"LogConfig\":{\"Type\":\"local\",\"Config\":{\"compress\":\"perhaps\"}}}",
            "{\"SecurityOpt\":[\"apparmor=mine\"]}",
            "{\"SecurityOpt\":[\"what\"]}",
            "{\"ExtraHosts\":[\"a:host-gateway\"]}",
            "{\"ExtraHosts\":[\"a:nowhere\"]}",
            "{\"StorageOpt\":{\"size\":\"1g\"}}",
            "{\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"mode\":\"foo\"}}}",
            "{\"LogConfig\":{\"Type\":\"none\",\"Config\":{\"max-size\":\"1m\"}}}",
        }) {
            assertThatThrownBy(() -> spec(host)).as(host).isInstanceOf(DockerError.class);
        }
    }

    @Test
    void rightsNamespacesAndRareLimitsAreThoseOfTheRequest() {
        ContainerSpec s =
                spec("{\"Privileged\":true,\"PidMode\":\"host\",\"IpcMode\":\"container:x\",\"UTSMode\":\"host\","
                        + "\"CgroupnsMode\":\"host\",\"MaskedPaths\":[],\"ReadonlyPaths\":[\"/proc/x\"],\"NetworkMode\":\"none\","
                        + "\"DeviceCgroupRules\":[\"c 10:* rw\"],\"Annotations\":{\"a\":\"b\"},\"CgroupParent\":\"/a\",\"MemorySwappiness\":10,"
                        + "\"OomKillDisable\":true,\"BlkioWeight\":500,\"CpuRealtimeRuntime\":900,"
                        + "\"BlkioDeviceReadBps\":[{\"Path\":\"/dev/loop0\",\"Rate\":1024}]}");
        assertThat(s.isolation())
                .isEqualTo(new IsolationSpec(
                        "host",
                        "container:x",
                        "host",
                        "host",
                        true,
                        List.of(),
                        List.of("/proc/x"),
                        List.of("c 10:* rw"),
                        Map.of("a", "b"),
                        "/a",
                        ""));
        assertThat(s.rareLimits().swappiness()).isEqualTo(10);
        assertThat(s.rareLimits().oomKillDisable()).isTrue();
        assertThat(s.rareLimits().blkioWeight()).isEqualTo(500);
        assertThat(s.rareLimits().realtimeRuntimeMicros()).isEqualTo(900);
        assertThat(s.rareLimits().readBps()).containsExactly(new RareLimits.OfDevice("/dev/loop0", 1024));
        assertThat(spec("{\"NetworkMode\":\"none\"}").isolation()).isSameAs(IsolationSpec.USUAL);
        assertThat(warnings("{\"NetworkMode\":\"none\",\"CpuPercent\":5,\"OomKillDisable\":true}"))
                .hasSize(2);
    }

    @Test
    void anOlderVersionLacksWhatItDidNotKnow() {
        HostConfig asked = Wire.json()
                .type(HostConfig.class)
                .fromJson("{\"Annotations\":{\"a\":\"b\"},\"ConsoleSize\":[1,2],\"Mounts\":[{\"Type\":\"bind\","
                        + "\"BindOptions\":{\"NonRecursive\":true,\"CreateMountpoint\":true}}]}");
        assertThat(VersionRules.apply(asked, 50)).isSameAs(asked);
        assertThat(VersionRules.apply(asked, 42).annotations()).isNull();
        assertThat(VersionRules.apply(asked, 42).consoleSize()).containsExactly(1, 2);
        HostConfig old = VersionRules.apply(asked, 39);
        assertThat(old.consoleSize()).isEmpty();
        assertThat(old.mounts().getFirst().bindOptions()).isEqualTo(new BindOptions(null, null, null, null, null));
        HostConfig image =
                Wire.json().type(HostConfig.class).fromJson("{\"Mounts\":[{\"Type\":\"image\",\"Target\":\"/a\"}]}");
        assertThatThrownBy(() -> VersionRules.apply(image, 47))
                .hasMessage("Mount type \"Image\" needs API v1.48 or newer");
        assertThat(IsolationTranslation.isolation(asked, 39).ipc()).isEqualTo("shareable");
    }

    @Test
    void graphicCardsAreThoseThatTheirVendorDescribes() {
        assertThat(spec("{\"NetworkMode\":\"none\",\"DeviceRequests\":[{\"Count\":-1,\"Capabilities\":[[\"gpu\"]]}]}")
                        .devices()
                        .named())
                .containsExactly("nvidia.com/gpu=all");
        assertThat(
                        spec("{\"NetworkMode\":\"none\",\"DeviceRequests\":[{\"Count\":2,\"Capabilities\":[[\"gpu\",\"compute\"]]}]}")
                                .devices()
                                .named())
                .containsExactly("nvidia.com/gpu=0", "nvidia.com/gpu=1");
        assertThatThrownBy(
                        () -> spec(
                                "{\"NetworkMode\":\"none\",\"DeviceRequests\":[{\"Driver\":\"x\",\"Capabilities\":[[\"tpu\"]]}]}"))
                .hasMessage("could not select device driver \"x\" with capabilities: [[tpu]]");
    }

    private static void check(String fields) {
        CreateRequest r = Wire.json()
                .type(CreateRequest.class)
                .fromJson("{\"Image\":\"busybox\",\"HostConfig\":{\"NetworkMode\":\"none\"}," + fields + "}");
        HostConfigCheck.check(r, r.hostConfig(), 50, false, false);
    }

    @Test
    void fieldsBesideTheHostConfigAreRefusedWhenTheyAskForSomething() {
        for (String fields : new String[] {
            "\"StopTimeout\":-2",
            "\"NetworkingConfig\":{\"EndpointsConfig\":{\"none\":{\"Links\":[\"a:b\"]}}}",
            "\"NetworkingConfig\":{\"EndpointsConfig\":{\"none\":{\"MacAddress\":\"02:00:00:00:00:01\"}}}",
            "\"NetworkingConfig\":{\"EndpointsConfig\":{\"none\":{\"DriverOpts\":{\"a\":\"b\"}}}}",
            "\"NetworkingConfig\":{\"EndpointsConfig\":{\"none\":{\"GwPriority\":1}}}",
        }) {
            assertThatThrownBy(() -> check(fields)).as(fields).isInstanceOf(DockerError.class);
        }
        check("\"Shell\":[\"sh\"],\"OnBuild\":[\"RUN true\"],\"ArgsEscaped\":true,\"StopTimeout\":-1,"
                + "\"NetworkingConfig\":{\"EndpointsConfig\":{\"none\":{\"IPAMConfig\":null,\"Links\":null,"
                + "\"MacAddress\":\"\",\"DriverOpts\":null,\"GwPriority\":0,\"NetworkID\":\"\"}}}");
    }

    private static Networking networking(String fields, String host) {
        CreateRequest r = Wire.json()
                .type(CreateRequest.class)
                .fromJson("{\"Image\":\"busybox\",\"HostConfig\":" + host + fields + "}");
        return Networking.of(r, r.hostConfig(), name -> name.equals("f00") ? "front" : name);
    }

    @Test
    void theNetworkOfTheModeComesFirstWithWhatOlderFieldsSayOfIt() {
        Networking n = networking(
                ",\"MacAddress\":\"02:42:ac:12:00:09\",\"ExposedPorts\":{\"80/tcp\":{}},\"NetworkingConfig\":{\"EndpointsConfig\":{"
                        + "\"back\":{\"GwPriority\":2},\"f00\":{\"Aliases\":[\"www\"],"
                        + "\"IPAMConfig\":{\"IPv4Address\":\"10.7.0.9\"},\"Links\":[\"db:postgres\"]}}}",
                "{\"NetworkMode\":\"front\",\"PortBindings\":{\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8080\"}]}}");
        assertThat(n.kind()).isEqualTo(ContainerSpec.Network.NETWORKS);
        assertThat(n.spec().endpoints()).extracting(EndpointWish::network).containsExactly("f00", "back");
        EndpointWish first = n.spec().endpoints().getFirst();
        assertThat(first.aliases()).containsExactly("www");
        assertThat(first.addresses()).containsExactly("10.7.0.9");
        assertThat(first.links()).isEqualTo(Map.of("postgres", "db"));
        assertThat(first.mac()).isEqualTo("02:42:ac:12:00:09");
        assertThat(n.spec().endpoints().getLast().gatewayPriority()).isEqualTo(2);
        assertThat(n.spec().publish()).containsExactly(new PortWish("80/tcp", "127.0.0.1", "8080"));
        assertThat(n.spec().exposed()).containsExactly("80/tcp");
    }

    @Test
    void theUsualNetworkIsLeftToTheEngineUnlessSomethingIsAskedOfIt() {
        assertThat(networking("", "{\"NetworkMode\":\"bridge\"}").kind()).isEqualTo(ContainerSpec.Network.DEFAULT);
        Networking linked = networking("", "{\"Links\":[\"a:b\"]}");
        assertThat(linked.kind()).isEqualTo(ContainerSpec.Network.NETWORKS);
        assertThat(linked.spec().endpoints().getFirst().links()).isEqualTo(Map.of("b", "a"));
    }

    @Test
    void severalNetworksAtOnceNeedAnApiThatKnowsThem() {
        CreateRequest r = Wire.json()
                .type(CreateRequest.class)
                .fromJson("{\"Image\":\"busybox\",\"HostConfig\":{},\"NetworkingConfig\":{\"EndpointsConfig\":"
                        + "{\"a\":{},\"b\":{}}}}");
        assertThatThrownBy(() -> HostConfigCheck.check(r, r.hostConfig(), 43, true, false))
                .hasMessageContaining("Container cannot be connected to network endpoints");
        assertThat(HostConfigCheck.check(r, r.hostConfig(), 44, true, false)).isEmpty();
    }

    @Test
    void aDisabledNetworkIsNoneWithoutAWarningAndContradictsTheHosts() {
        CreateRequest none = Wire.json()
                .type(CreateRequest.class)
                .fromJson("{\"Image\":\"busybox\",\"NetworkDisabled\":true,\"HostConfig\":{}}");
        assertThat(HostConfigCheck.check(none, none.hostConfig(), 50, false, false))
                .isEmpty();
        assertThat(CreateTranslation.spec(none, none.hostConfig(), n -> n, 50).network())
                .isEqualTo(ContainerSpec.Network.NONE);
        CreateRequest host = Wire.json()
                .type(CreateRequest.class)
                .fromJson("{\"Image\":\"busybox\",\"NetworkDisabled\":true,\"HostConfig\":{\"NetworkMode\":\"host\"}}");
        assertThatThrownBy(() -> HostConfigCheck.check(host, host.hostConfig(), 50, false, false))
                .isInstanceOfSatisfying(
                        DockerError.class, e -> assertThat(e.status()).isEqualTo(400));
    }

    @Test
    void theRequestComesBackFromTheNotes() {
        CreateRequest back = InspectTranslation.asked(spec("{\"NetworkMode\":\"none\",\"Binds\":[\"/a:/b\"]}"));
        assertThat(back.hostConfig().binds()).containsExactly("/a:/b");
        assertThat(back.image()).isEqualTo("busybox");
    }

    @Test
    void theUserNamespaceOfTheHostIsKeptAndAnotherRefused() {
        assertThat(spec("{\"UsernsMode\":\"host\",\"NetworkMode\":\"none\"}")
                        .isolation()
                        .userns())
                .isEqualTo("host");
        assertThatThrownBy(() -> spec("{\"UsernsMode\":\"private\"}"))
                .hasMessageContaining("invalid user namespace mode");
        for (String host : List.of("\"Privileged\":true", "\"NetworkMode\":\"host\"", "\"PidMode\":\"host\"")) {
            CreateRequest mapped = request("{" + host + "}");
            assertThatThrownBy(() -> HostConfigCheck.check(mapped, mapped.hostConfig(), 50, true, true))
                    .hasMessageContaining("user namespaces");
            CreateRequest plain = request("{" + host + ",\"UsernsMode\":\"host\"}");
            HostConfigCheck.check(plain, plain.hostConfig(), 50, true, true);
        }
    }
}
