package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.Security;
import dev.gantry.engine.event.Event;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a spec asks for is what the process gets, by the kernel's own account.
class LimitsTest {
    @TempDir
    static Path dir;

    private static TestEngine engine;

    @BeforeAll
    static void open() {
        engine = TestEngine.start(dir);
    }

    @AfterAll
    static void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private static String says(dev.gantry.engine.container.SpecBuilder spec) {
        return engine.log(engine.ran(spec).id());
    }

    @Test
    void aContainerOverItsMemoryLimitIsKilledAndSaysSo() {
        long before = engine.gantry.events().last();
        // A file in memory counts like any other memory, and is the surest way to use some with a shell alone.
        var c = engine.ran(engine.sh("tail /dev/zero").memoryBytes(32 << 20));
        Exit exit = engine.exit(c.id());
        assertThat(exit.code()).isEqualTo(137);
        assertThat(exit.oomKilled()).isTrue();
        assertThat(engine.gantry.events().after(before, 100).stream().map(Event::action))
                .containsSubsequence("start", "oom", "die");
    }

    @Test
    void theLimitOfProcessesIsTheKernels() {
        var c = engine.started(engine.spec("sleep", "1000").pidsLimit(17));
        Path v1 = Path.of("/sys/fs/cgroup/pids").resolve(engine.options.cgroup());
        Path v2 = Path.of("/sys/fs/cgroup").resolve(engine.options.cgroup());
        Path group = (Files.exists(v1) ? v1 : v2).resolve(c.id().hex());
        assertThat(group.resolve("pids.max")).hasContent("17");
        assertThat(engine.containers().processes(c.id())).containsExactly(c.pid());
        engine.containers().remove(c.id(), true);
        assertThat(group).doesNotExist();
    }

    @Test
    void halfAProcessorIsAQuotaOfHalfThePeriod() throws Exception {
        var c = engine.started(engine.spec("sleep", "1000").cpuNanos(500_000_000));
        Path v1 = Path.of("/sys/fs/cgroup/cpu").resolve(engine.options.cgroup());
        Path v2 = Path.of("/sys/fs/cgroup").resolve(engine.options.cgroup());
        if (Files.exists(v1)) {
            Path group = v1.resolve(c.id().hex());
            long quota = Long.parseLong(
                    Files.readString(group.resolve("cpu.cfs_quota_us")).strip());
            long period = Long.parseLong(
                    Files.readString(group.resolve("cpu.cfs_period_us")).strip());
            assertThat(quota * 2).isEqualTo(period);
        } else {
            assertThat(v2.resolve(c.id().hex()).resolve("cpu.max")).hasContent("50000 100000");
        }
    }

    @Test
    void aUserOfTheImageIsLookedUpInItsOwnFiles() {
        assertThat(says(engine.spec("id").user("web"))).isEqualTo("uid=33(web) gid=33(web) groups=33(web),44(logs)\n");
        assertThat(says(engine.sh("echo $HOME; id -u; id -g").user("1234:0"))).isEqualTo("/\n1234\n0\n");
    }

    @Test
    void anUnknownUserIsRefusedInWords() {
        var c = engine.create(engine.spec("true").user("nobody-here"));
        assertThatThrownBy(() -> engine.containers().start(c.id()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("unable to find user nobody-here: no matching entries in passwd file");
        assertThat(engine.containers().get(c.id()).orElseThrow().history().error())
                .contains("nobody-here");
    }

    @Test
    void theEnvironmentTheDirectoryAndTheNameAreThoseAskedFor() {
        String text = says(engine.sh("echo $A-$HOSTNAME; pwd; hostname; cat /etc/hostname")
                .env(List.of("A=b"))
                .workingDir("/made/for/this")
                .hostname("web-1"));
        assertThat(text).isEqualTo("b-web-1\n/made/for/this\nweb-1\nweb-1\n");
    }

    @Test
    void bindsAndTmpfsAreThere() throws Exception {
        Path shared = Files.createDirectory(dir.resolve("shared"));
        Files.writeString(shared.resolve("in"), "from outside\n");
        String text =
                says(engine.sh("cat /shared/in; echo out > /shared/out; (echo x > /ro/x) 2>/dev/null || echo refused; "
                                + "grep -c ' /mem tmpfs ' /proc/mounts")
                        .bind(shared.toString(), "/shared")
                        .bind(ContainerSpec.Bind.of(shared.toString(), "/ro").onlyRead(true))
                        .tmpfs("/mem", List.of("size=1m")));
        assertThat(text).contains("from outside\n", "refused\n1\n");
        assertThat(shared.resolve("out")).hasContent("out");
        assertThat(shared.resolve("x")).doesNotExist();
    }

    @Test
    void aReadOnlyRootIsReadOnly() {
        Security readonly =
                new Security(List.of(), List.of(), Security.Seccomp.DEFAULT, "", false, true, List.of(), List.of());
        assertThat(says(engine.sh("echo x > /x || echo refused").security(readonly)))
                .endsWith("refused\n");
    }

    @Test
    void seccompIsOnUnlessItIsAskedAway() {
        assertThat(says(engine.spec("grep", "Seccomp:", "/proc/self/status"))).isEqualTo("Seccomp:\t2\n");
        Security unconfined = new Security(
                List.of("ALL"), List.of(), Security.Seccomp.UNCONFINED, "", false, false, List.of(), List.of());
        assertThat(says(engine.spec("grep", "Seccomp:", "/proc/self/status").security(unconfined)))
                .isEqualTo("Seccomp:\t0\n");
    }

    @Test
    void processOneIsTheCommandOrOurInit() {
        assertThat(says(engine.sh("cat /proc/1/comm; true"))).isEqualTo("sh\n");
        assertThat(says(engine.sh("echo $$; exit 0").init(true))).isNotEqualTo("1\n");
    }
}
