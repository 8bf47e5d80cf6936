package dev.gantry.docker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.docker.Caller;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.DevicesSpec;
import dev.gantry.engine.container.IsolationSpec;
import dev.gantry.engine.container.MountsSpec;
import dev.gantry.engine.container.Security;
import dev.gantry.engine.container.SpecBuilder;
import java.util.List;
import java.util.Map;
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

    private static ContainerSpec spec(UnaryOperator<SpecBuilder> more) {
        return more.apply(ContainerSpec.of("a").args("b")).build();
    }

    private static IsolationSpec isolation(String pid, boolean privileged, List<String> masked, String parent) {
        return new IsolationSpec(pid, "", "", "", privileged, masked, null, List.of(), Map.of(), parent);
    }

    @Test
    void aContainerIsJudgedByWhatItHas() {
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
            assertThatThrownBy(() -> plain.judge(refused)).isInstanceOf(Forbidden.class);
            assertThatCode(() -> Access.FULL.judge(refused)).doesNotThrowAnyException();
        }
        assertThatCode(() -> plain.judge(spec(s -> s.bind(ContainerSpec.Bind.of("/etc", "/x")))))
                .doesNotThrowAnyException();

        Access unmounted = new Access(Set.of(Limit.NO_HOST_MOUNTS), "uid:1");
        MountsSpec.OfVolume device = MountsSpec.OfVolume.at("v", "/x").as(Map.of(), Map.of("device", "/etc"));
        for (ContainerSpec refused : List.of(
                spec(s -> s.bind(ContainerSpec.Bind.of("/etc", "/x"))),
                spec(s -> s.image("dir:/")),
                spec(s -> s.imageMount(MountsSpec.OfImage.at("dir:/", "/x", ""))),
                spec(s -> s.volume(device)))) {
            assertThatThrownBy(() -> unmounted.judge(refused)).isInstanceOf(Forbidden.class);
        }
        assertThatCode(() -> unmounted.judge(spec(
                        s -> s.volume(MountsSpec.OfVolume.at("v", "/x").as(Map.of(), Map.of("size", "1m"))))))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> unmounted.judgeVolume(Map.of("o", "bind"))).isInstanceOf(Forbidden.class);

        for (String driver : List.of("cni", "macvlan", "some/plugin:1")) {
            assertThatThrownBy(() -> unmounted.judgeNetwork(driver)).isInstanceOf(Forbidden.class);
            assertThatThrownBy(() -> plain.judgeNetwork(driver)).isInstanceOf(Forbidden.class);
            assertThatCode(() -> Access.FULL.judgeNetwork(driver)).doesNotThrowAnyException();
        }
        assertThatCode(() -> plain.judgeNetwork("bridge")).doesNotThrowAnyException();

        Access own = new Access(Set.of(Limit.OWN_CONTAINERS), "uid:1");
        assertThatThrownBy(() -> own.judge(spec(s -> s.volume(MountsSpec.OfVolume.at("v", "/x")))))
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("the limit own-containers");
        assertThatCode(() -> own.judge(spec(s -> s.volume(MountsSpec.OfVolume.at("", "/x")))))
                .doesNotThrowAnyException();
    }
}
