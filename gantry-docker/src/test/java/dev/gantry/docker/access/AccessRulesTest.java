package dev.gantry.docker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.docker.Caller;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.DevicesSpec;
import dev.gantry.engine.container.IsolationSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.NetworkingSpec;
import dev.gantry.engine.container.Security;
import dev.gantry.engine.container.SpecBuilder;
import dev.gantry.network.model.NetworkSpec;
import dev.gantry.volume.Volume;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {
    private static final AccessRules RULES = AccessRules.parse("""
            {"rules": [
               {"uid": 1000, "gid": 5, "limits": []},
               {"uid": 1000, "limits": ["own-containers", "no-privileged"]},
               {"gid": 7, "limits": ["read-only"]},
               {"tls": "ci", "limits": ["no-host-mounts"]}],
             "otherwise": ["nothing"]}""");

    private static Set<Limit> limits(Caller caller) {
        return RULES.of(caller).limits();
    }

    @Test
    void theFirstRuleThatFitsIsTheCallers() {
        assertThat(limits(new Caller.Local(1, 1000, 5))).isEmpty();
        assertThat(limits(new Caller.Local(1, 1000, 7))).containsOnly(Limit.OWN_CONTAINERS, Limit.NO_PRIVILEGED);
        assertThat(limits(new Caller.Local(1, 0, 7))).containsOnly(Limit.READ_ONLY);
        assertThat(limits(new Caller.Local(1, 0, 0))).containsOnly(Limit.NOTHING);
        assertThat(limits(new Caller.Certified("ci", List.of()))).containsOnly(Limit.NO_HOST_MOUNTS);
        assertThat(limits(new Caller.Certified("", List.of()))).containsOnly(Limit.NOTHING);
        assertThat(limits(new Caller.Certified("uid:1000", List.of()))).containsOnly(Limit.NOTHING);
        assertThat(limits(new Caller.Anybody("127.0.0.1"))).containsOnly(Limit.NOTHING);
        assertThat(limits(new Caller.Itself())).isEmpty();
        assertThat(AccessRules.NONE.of(new Caller.Anybody("127.0.0.1"))).isEqualTo(Access.FULL);
        assertThat(AccessRules.parse("{\"rules\":[]}").of(new Caller.Local(1, 5, 5)))
                .isEqualTo(new Access(Set.of(), "uid:5"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{\"rules\":{}}",
                "{\"rules\":[1]}",
                "{\"rules\":[],\"other\":[]}",
                "{\"rules\":[{\"uid\":1}]}",
                "{\"rules\":[{\"limits\":[]}]}",
                "{\"rules\":[{\"uid\":-1,\"limits\":[]}]}",
                "{\"rules\":[{\"uid\":1.5,\"limits\":[]}]}",
                "{\"rules\":[{\"uid\":\"root\",\"limits\":[]}]}",
                "{\"rules\":[{\"uid\":4294967296,\"limits\":[]}]}",
                "{\"rules\":[{\"uid\":1,\"tls\":\"x\",\"limits\":[]}]}",
                "{\"rules\":[{\"gid\":1,\"tls\":\"x\",\"limits\":[]}]}",
                "{\"rules\":[{\"tls\":\"\",\"limits\":[]}]}",
                "{\"rules\":[{\"uid\":1,\"limits\":[\"readonly\"]}]}",
                "{\"rules\":[{\"uid\":1,\"limits\":\"read-only\"}]}",
                "{\"rules\":[],\"otherwise\":\"read-only\"}"
            })
    void whatIsNotUnderstoodIsRefusedWhole(String text) {
        assertThatThrownBy(() -> AccessRules.parse(text)).isInstanceOf(InvalidArgument.class);
    }

    private static final ContainerSpec USUAL = ContainerSpec.of("dir:/").build();

    private static Surroundings usually(ContainerSpec usual) {
        return new Surroundings(_ -> Optional.empty(), _ -> Optional.empty(), () -> usual, false);
    }

    private static ContainerSpec spec(UnaryOperator<SpecBuilder> more) {
        return more.apply(ContainerSpec.of("a").args("b")).build();
    }

    private static Security security(Security.Seccomp seccomp, String profile, boolean noNewPrivileges) {
        return new Security(List.of(), List.of(), seccomp, profile, noNewPrivileges, false, List.of(), List.of());
    }

    private static ContainerSpec.LogConfig log(String driver, Map<String, String> options) {
        return new ContainerSpec.LogConfig(ContainerSpec.LogConfig.Kind.TEXT, 0, 1, false, driver, false, options);
    }

    /// Of caller 1, running where `state` is no other.
    private static Container container(int number, ContainerState state, UnaryOperator<SpecBuilder> more) {
        Path at = Path.of("/nowhere");
        return new Container(
                id(number),
                "c" + number,
                spec(more).ownedBy("uid:1"),
                "sha256:0",
                Instant.EPOCH,
                state,
                new Container.History(Optional.empty(), Optional.empty(), 0, false, ""),
                new Container.Files(at, at, at, at, at));
    }

    private static ContainerId id(int number) {
        return new ContainerId("%064x".formatted(number));
    }

    @Test
    void theUserNamespaceOfTheHostIsMoreThanUsualWhereOthersHaveTheirOwn() {
        var host = new IsolationSpec("", "", "", "", false, null, null, List.of(), Map.of(), "", "host");
        ContainerSpec spec = spec(s -> s.isolation(host));
        var mapping = new Surroundings(_ -> Optional.empty(), _ -> Optional.empty(), () -> USUAL, true);
        assertThat(Powers.beyondUsual(spec, mapping)).contains("it asks for the user namespace of the host");
        assertThat(Powers.beyondUsual(spec, usually(USUAL))).isEmpty();
    }

    private static IsolationSpec isolation(String pid, boolean privileged, List<String> masked, String parent) {
        return new IsolationSpec(pid, "", "", "", privileged, masked, null, List.of(), Map.of(), parent, "");
    }

    @Test
    void aContainerIsJudgedByWhatItHas() {
        Surroundings plainly = usually(USUAL);
        Access plain = new Access(Set.of(Limit.NO_PRIVILEGED), "uid:1");
        for (ContainerSpec refused : List.of(
                spec(s -> s.isolation(isolation("", true, null, ""))),
                spec(s -> s.isolation(isolation("host", false, null, ""))),
                spec(s -> s.isolation(isolation("", false, List.of(), ""))),
                spec(s -> s.isolation(isolation("", false, null, "up"))),
                spec(s -> s.network(ContainerSpec.Network.HOST)),
                spec(s -> s.devices(new DevicesSpec(List.of(), List.of("a.com/b=c")))),
                spec(s -> s.security(new Security(
                        List.of("SYS_ADMIN"),
                        List.of(),
                        Security.Seccomp.DEFAULT,
                        "",
                        false,
                        false,
                        List.of(),
                        List.of()))),
                spec(s -> s.security(new Security(
                        List.of(), List.of(), Security.Seccomp.UNCONFINED, "", false, false, List.of(), List.of()))))) {
            assertThatThrownBy(() -> plain.judge(refused, plainly)).isInstanceOf(Forbidden.class);
            assertThatCode(() -> Access.FULL.judge(refused, plainly)).doesNotThrowAnyException();
        }
        assertThatCode(() -> plain.judge(spec(s -> s.bind(ContainerSpec.Bind.of("/etc", "/x"))), plainly))
                .doesNotThrowAnyException();

        Access unmounted = new Access(Set.of(Limit.NO_HOST_MOUNTS), "uid:1");
        MountsSpec.OfVolume device = MountsSpec.OfVolume.at("v", "/x").as(Map.of(), Map.of("device", "/etc"));
        for (ContainerSpec refused : List.of(
                spec(s -> s.bind(ContainerSpec.Bind.of("/etc", "/x"))),
                spec(s -> s.image("dir:/")),
                spec(s -> s.imageMount(MountsSpec.OfImage.at("dir:/", "/x", ""))),
                spec(s -> s.volume(device)))) {
            assertThatThrownBy(() -> unmounted.judge(refused, plainly)).isInstanceOf(Forbidden.class);
        }
        assertThatCode(() -> unmounted.judge(
                        spec(s -> s.volume(MountsSpec.OfVolume.at("v", "/x").as(Map.of(), Map.of("size", "1m")))),
                        plainly))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> unmounted.judgeVolume("x", Map.of("o", "bind")))
                .isInstanceOf(Forbidden.class);

        Access own = new Access(Set.of(Limit.OWN_CONTAINERS), "uid:1");
        assertThatThrownBy(() -> own.judge(spec(s -> s.volume(MountsSpec.OfVolume.at("v", "/x"))), plainly))
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("the limit own-containers");
        assertThatCode(() -> own.judge(spec(s -> s.volume(MountsSpec.OfVolume.at("", "/x"))), plainly))
                .doesNotThrowAnyException();
    }

    @Test
    void aContainerIsJudgedByAllWhoseNamespacesItUses() {
        var running = new ContainerState.Running(1, 1, Instant.EPOCH);
        var ended = new ContainerState.Created();
        Map<ContainerId, Container> all = new HashMap<>();
        Container host = container(1, running, s -> s.isolation(isolation("host", false, null, "")));
        Container first = container(
                2, running, s -> s.isolation(isolation("container:" + host.id().hex(), false, null, "")));
        Container second = container(
                3,
                running,
                s -> s.network(ContainerSpec.Network.CONTAINER)
                        .networking(NetworkingSpec.NONE.sharing(first.id().hex())));
        List.of(host, first, second).forEach(c -> all.put(c.id(), c));
        var around =
                new Surroundings(id -> Optional.ofNullable(all.get(id)), _ -> Optional.empty(), () -> USUAL, false);
        Access plain = new Access(Set.of(Limit.OWN_CONTAINERS, Limit.NO_PRIVILEGED), "uid:1");
        for (Container c : List.of(host, first, second)) {
            assertThatThrownBy(() -> plain.judge("x", c, true, around)).isInstanceOf(Forbidden.class);
            assertThatThrownBy(() -> plain.judgeShared(c, around)).isInstanceOf(Forbidden.class);
            assertThatCode(() -> plain.judge("x", c, false, around)).doesNotThrowAnyException();
        }
        all.remove(host.id());
        assertThatThrownBy(() -> plain.judge("x", second, true, around))
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("is gone");
        all.put(first.id(), container(2, ended, s -> s.isolation(first.spec().isolation())));
        assertThatThrownBy(() -> plain.judge("x", second, true, around)).isInstanceOf(Forbidden.class);
        Container idle = container(
                3,
                ended,
                s -> s.network(ContainerSpec.Network.CONTAINER)
                        .networking(second.spec().networking()));
        assertThatCode(() -> plain.judge("x", idle, true, around))
                .as("what cannot start again may be removed")
                .doesNotThrowAnyException();
    }

    @Test
    void volumesThatAreThereAreJudgedByWhatTheyAre() {
        Volume host = new Volume("h", "", Map.of(), Map.of("type", "none", "device", "/"), false, "", "");
        Volume small = new Volume("s", "", Map.of(), Map.of("size", "1m"), false, "", "");
        Map<String, Volume> all = Map.of("h", host, "s", small);
        var around = new Surroundings(_ -> Optional.empty(), n -> Optional.ofNullable(all.get(n)), () -> USUAL, false);
        Access unmounted = new Access(Set.of(Limit.NO_HOST_MOUNTS), "uid:1");
        UnaryOperator<SpecBuilder> mounting = s -> s.volume(MountsSpec.OfVolume.at("h", "/x"));
        assertThatThrownBy(() -> unmounted.judge(spec(mounting), around)).isInstanceOf(Forbidden.class);
        assertThatThrownBy(
                        () -> unmounted.judge("x", container(1, new ContainerState.Created(), mounting), true, around))
                .isInstanceOf(Forbidden.class);
        for (String name : List.of("s", "fresh")) {
            assertThatCode(() -> unmounted.judge(spec(s -> s.volume(MountsSpec.OfVolume.at(name, "/x"))), around))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void whatTheDaemonForbidsToAllIsNotTakenBack() {
        Access plain = new Access(Set.of(Limit.NO_PRIVILEGED), "uid:1");
        var builtin = Security.Seccomp.DEFAULT;
        var written = Security.Seccomp.PROFILE;
        var none = Security.Seccomp.UNCONFINED;
        Surroundings hard = usually(spec(s -> s.security(security(written, "{}", true))));
        assertThatCode(() -> plain.judge(spec(s -> s.security(security(written, "{}", true))), hard))
                .doesNotThrowAnyException();
        for (Security weaker : List.of(
                security(builtin, "", true),
                security(none, "", true),
                security(written, "{ }", true),
                security(written, "{}", false))) {
            assertThatThrownBy(() -> plain.judge(spec(s -> s.security(weaker)), hard))
                    .isInstanceOf(Forbidden.class);
        }
        Surroundings soft = usually(spec(s -> s.security(security(none, "", false))));
        for (Security allowed : List.of(security(none, "", false), security(builtin, "", true))) {
            assertThatCode(() -> plain.judge(spec(s -> s.security(allowed)), soft))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void logsGoToNetworksOrToTheEnginesOwnFiles() {
        Access unmounted = new Access(Set.of(Limit.NO_HOST_MOUNTS), "uid:1");
        Surroundings around = usually(spec(s -> s.log(log("journald", Map.of()))));
        for (ContainerSpec.LogConfig allowed : List.of(
                ContainerSpec.LogConfig.DEFAULT,
                log("journald", Map.of()),
                log("gelf", Map.of("gelf-address", "udp://a:1")),
                log("fluentd", Map.of("fluentd-address", "a:1")),
                log("syslog", Map.of("syslog-address", "tcp+tls://a:1", "syslog-tls-skip-verify", "true")))) {
            assertThatCode(() -> unmounted.judge(spec(s -> s.log(allowed)), around))
                    .doesNotThrowAnyException();
        }
        for (ContainerSpec.LogConfig refused : List.of(
                log("journald", Map.of("tag", "other")),
                log("syslog", Map.of()),
                log("syslog", Map.of("syslog-address", "unix:/dev/log")),
                log("syslog", Map.of("syslog-address", "unixgram:///dev/log")),
                log("syslog", Map.of("syslog-address", "tcp+tls://a:1", "syslog-tls-key", "etc/key")),
                log("fluentd", Map.of()),
                log("fluentd", Map.of("fluentd-address", "unix:///run/x")),
                log("plugin", Map.of("plugin-address", "tcp://a:1")))) {
            assertThatThrownBy(() -> unmounted.judge(spec(s -> s.log(refused)), around))
                    .as(refused.toString())
                    .isInstanceOf(Forbidden.class);
        }
    }

    @Test
    void aNetworkTakesNothingOfTheHost() {
        NetworkSpec bridge = NetworkSpec.named("n");
        for (Limit limit : List.of(Limit.NO_PRIVILEGED, Limit.NO_HOST_MOUNTS)) {
            Access limited = new Access(Set.of(limit), "uid:1");
            for (NetworkSpec refused : List.of(
                    bridge.withDriver("cni"),
                    bridge.withDriver("macvlan"),
                    bridge.withDriver("some/plugin:1"),
                    bridge.withIpam(new NetworkSpec.Ipam("some/plugin:1", List.of(), Map.of())),
                    bridge.withOptions(Map.of("com.docker.network.bridge.name", "eth0")),
                    bridge.withOptions(Map.of("com.docker.network.bridge.trusted_host_interfaces", "eth0")),
                    bridge.withOptions(Map.of("com.docker.network.host_ipv4", "192.0.2.1")),
                    bridge.withDriver("overlay")
                            .withOptions(Map.of("com.docker.network.driver.overlay.vxlanid_list", "1")))) {
                assertThatThrownBy(() -> limited.judgeNetwork(refused))
                        .as(refused.toString())
                        .isInstanceOf(Forbidden.class);
                assertThatCode(() -> Access.FULL.judgeNetwork(refused)).doesNotThrowAnyException();
            }
            for (NetworkSpec allowed : List.of(
                    bridge,
                    bridge.withDriver("overlay").withOptions(Map.of("encrypted", "")),
                    bridge.withOptions(Map.of("com.docker.network.bridge.enable_icc", "false", "note", "eth0")))) {
                assertThatCode(() -> limited.judgeNetwork(allowed)).doesNotThrowAnyException();
            }
        }
    }
}
