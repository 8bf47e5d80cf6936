package dev.gantry.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RootlessTest {
    @TempDir
    Path dir;

    @Test
    void anOrdinaryUsersPlacesFollowTheirSpecification() {
        UsualPlaces named = UsualPlaces.ofUser(Map.of("XDG_DATA_HOME", "/d", "XDG_RUNTIME_DIR", "/r"), "/home/u", 1);
        assertThat(named.data()).hasToString("/d/gantry");
        assertThat(named.run()).hasToString("/r/gantry");
        assertThat(named.socket()).hasToString("/r/gantry.sock");
        assertThat(named.log()).hasToString("/d/gantry/gantryd.log");

        UsualPlaces bare = UsualPlaces.ofUser(Map.of("XDG_DATA_HOME", "not/absolute"), "/home/u", 4_000_123);
        assertThat(bare.data()).hasToString("/home/u/.local/share/gantry");
        assertThat(bare.socket()).hasToString("/tmp/gantry-4000123/gantry.sock");
    }

    @Test
    void aPlaceThatOthersMayWriteToIsNotUsed() throws Exception {
        Path run = Files.createDirectory(dir.resolve("run"));
        Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxrwxrwx"));
        UsualPlaces open = UsualPlaces.ofUser(
                Map.of("XDG_DATA_HOME", dir.resolve("data").toString(), "XDG_RUNTIME_DIR", run.toString()), "/", 1);
        assertThatThrownBy(open::prepare).isInstanceOf(Conflict.class).hasMessageContaining(run.toString());

        UsualPlaces ours = UsualPlaces.ofUser(
                Map.of("XDG_DATA_HOME", dir.resolve("data").toString(), "XDG_RUNTIME_DIR", run + "/own"), "/", 1);
        ours.prepare();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(run.resolve("own"))))
                .isEqualTo("rwx------");
    }

    @Test
    void rightsAreCapabilitiesAndNotIds() {
        assertThat(Rights.toRunEngines("Uid:\t1000\nCapEff:\t0000000000200000\n"))
                .isTrue();
        assertThat(Rights.toRunEngines("Uid:\t0\t0\nCapEff:\t00000000a80425fb\n"))
                .isFalse();
        assertThat(Rights.toRunEngines("")).isFalse();
    }

    @Test
    void theDaemonIsExecutedAgainAsItWasWithAllThatWasDecided() {
        System.setProperty("gantry.shim", "/opt/gantry-shim");
        try {
            DaemonFlags flags =
                    DaemonFlags.parse(List.of("--rootless-net", "slirp4netns", "-D"), UsualPlaces.in(Path.of("/g")));
            List<String> own = List.of("/jdk/bin/java", "-Xmx1g", Main.class.getName(), "daemon", "-D");
            assertThat(Rootless.command(flags, own))
                    .containsExactly(
                            "/opt/gantry-shim",
                            "rootless",
                            "--state",
                            "/g/run/rootless",
                            "--net",
                            "slirp4netns",
                            "--",
                            "/jdk/bin/java",
                            "-Xmx1g",
                            Main.class.getName(),
                            "daemon",
                            "--data-root",
                            "/g/data",
                            "--exec-root",
                            "/g/run",
                            "--cgroup-parent",
                            "gantry",
                            "--rootless-net",
                            "slirp4netns",
                            "--host",
                            "unix:///g/gantry.sock",
                            "--config-file=-/g/daemon.json",
                            "--debug");
            DaemonFlags again = DaemonFlags.parse(flags.words(), UsualPlaces.HOST);
            assertThat(again.words()).isEqualTo(flags.words());
            assertThat(again.hosts()).isEqualTo(flags.hosts());
        } finally {
            System.clearProperty("gantry.shim");
        }
    }

    @Test
    void anUnknownWayToTheNetworkIsRefused() {
        assertThatThrownBy(() -> DaemonFlags.parse(List.of("--rootless-net", "vpnkit"), UsualPlaces.HOST))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("pasta, slirp4netns, none, host");
    }
}
