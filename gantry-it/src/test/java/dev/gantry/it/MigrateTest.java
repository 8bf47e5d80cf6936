package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.api.client.EngineClient;
import dev.gantry.base.Conflict;
import dev.gantry.daemon.migrate.DockerMigration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a real dockerd has made is here afterwards, and what it wrote is as it was.
@Tag("kernel")
@Timeout(180)
class MigrateTest {
    private static final Path DOCKERD = Path.of("/usr/sbin/dockerd");
    private static final String GROUP = DaemonProcess.GROUPS + "migrate";

    @TempDir
    Path dir;

    private static String ok(Docker docker, String... arguments) throws IOException {
        Docker.Result result = docker.run(arguments);
        assertThat(result.code()).as("%s: %s", List.of(arguments), result.err()).isZero();
        return result.out().strip();
    }

    private List<String> migrate(DaemonProcess to, boolean look, int failures) throws IOException {
        List<String> lines = new ArrayList<>();
        try (EngineClient engine = to.client()) {
            int failed = new DockerMigration().docker(dir.resolve("docker").toString(), engine, look, lines::add);
            assertThat(failed).as(String.join("\n", lines)).isEqualTo(failures);
        }
        return lines;
    }

    private Process dockerd(Process network) throws IOException {
        return new ProcessBuilder(
                        "nsenter",
                        "--net=/proc/" + network.pid() + "/ns/net",
                        DOCKERD.toString(),
                        "-H",
                        "unix://" + dir.resolve("d.sock"),
                        "--data-root",
                        dir.resolve("docker").toString(),
                        "--exec-root",
                        dir.resolve("x").toString(),
                        "--pidfile",
                        dir.resolve("d.pid").toString(),
                        "--storage-driver",
                        "overlay2",
                        "--cgroup-parent",
                        "/" + GROUP,
                        "--iptables=false",
                        "--ip6tables=false")
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("dockerd.out").toFile())
                .start();
    }

    /// An image with a name, a volume with a label, a network with a subnet, two containers.
    private void fill(Docker docker) throws IOException {
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        ok(docker, "import", "-c", "ENV A=b", tar.toString(), "mig/busybox:1");
        ok(docker, "tag", "mig/busybox:1", "mig/other:2");
        ok(docker, "volume", "create", "--label", "keep=yes", "data");
        ok(docker, "network", "create", "--subnet", "10.99.7.0/24", "--label", "of=test", "inner");
        ok(
                docker,
                "run",
                "--name",
                "wrote",
                "--network",
                "none",
                "--memory",
                "64m",
                "-v",
                "data:/data",
                "-v",
                "/anon",
                "mig/busybox:1",
                "sh",
                "-c",
                "echo kept > /data/f; chown 7:8 /data/f; echo nameless > /anon/g; echo top > /written; rm /bin/ls");
        ok(
                docker,
                "create",
                "--name",
                "plain",
                "--network",
                "inner",
                "--network-alias",
                "p",
                "--ip",
                "10.99.7.9",
                "--restart",
                "on-failure:3",
                "-e",
                "C=d",
                "mig/busybox:1",
                "sh",
                "-c",
                "echo $A $C");
    }

    @Test
    void whatADockerdHasIsMovedAndNothingOfItIsChanged() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "both daemons need root");
        assumeTrue(Files.isExecutable(DOCKERD), "there is no dockerd: apt-get install docker.io");
        Docker stock = new Docker("unix://" + dir.resolve("d.sock"));
        Process network = DaemonProcess.network();
        Process dockerd = dockerd(network);
        try (DaemonProcess daemon = DaemonProcess.startApart(Files.createDirectory(dir.resolve("g")))) {
            Docker docker = new Docker(daemon.host());
            Waiting.until(java.time.Duration.ofSeconds(60), () -> "dockerd answers: " + said(), () -> answers(stock));
            fill(stock);
            String id = ok(stock, "image", "inspect", "-f", "{{.Id}}", "mig/busybox:1");
            assertThatThrownBy(() -> migrate(daemon, false, 0))
                    .isInstanceOf(Conflict.class)
                    .hasMessageContaining("a dockerd is running on it");
            dockerd.destroy();
            assertThat(dockerd.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String before = listing();

            assertThat(migrate(daemon, true, 0)).contains("container wrote: to be moved", "volumes: 2 to be moved");
            assertThat(docker.run("images", "-q").out()).isEmpty();

            assertThat(migrate(daemon, false, 0))
                    .contains("image mig/busybox:1: moved", "volume data: moved", "network inner: moved")
                    .contains("container plain: moved", "containers: 2 moved");
            assertThat(ok(docker, "image", "inspect", "-f", "{{.Id}} {{len .RepoTags}}", "mig/other:2"))
                    .isEqualTo(id + " 2");
            assertThat(ok(docker, "volume", "inspect", "-f", "{{.Labels.keep}}", "data"))
                    .isEqualTo("yes");
            assertThat(ok(docker, "network", "inspect", "-f", "{{(index .IPAM.Config 0).Subnet}} {{.Labels}}", "inner"))
                    .isEqualTo("10.99.7.0/24 map[of:test]");
            assertThat(ok(
                            docker,
                            "run",
                            "--rm",
                            "--network",
                            "none",
                            "-v",
                            "data:/d",
                            "mig/busybox:1",
                            "sh",
                            "-c",
                            "cat /d/f; stat -c %u:%g /d/f"))
                    .isEqualTo("kept\n7:8");
            assertThat(ok(docker, "start", "-a", "plain")).isEqualTo("b d");
            assertThat(ok(
                            docker,
                            "inspect",
                            "-f",
                            "{{.HostConfig.RestartPolicy.Name}} {{(index .NetworkSettings.Networks \"inner\").IPAMConfig.IPv4Address}}",
                            "plain"))
                    .isEqualTo("on-failure 10.99.7.9");
            assertThat(ok(docker, "inspect", "-f", "{{.HostConfig.Memory}} {{.Config.Image}}", "wrote"))
                    .isEqualTo("67108864 migrated:wrote");
            ok(docker, "cp", "wrote:/written", dir.resolve("got").toString());
            assertThat(Files.readString(dir.resolve("got"))).isEqualTo("top\n");
            assertThat(ok(
                            docker,
                            "run",
                            "--rm",
                            "--network",
                            "none",
                            "--volumes-from",
                            "wrote",
                            "migrated:wrote",
                            "sh",
                            "-c",
                            "cat /anon/g; test -e /bin/ls || echo no ls"))
                    .isEqualTo("nameless\nno ls");

            assertThat(migrate(daemon, false, 0)).contains("images: 1 there already", "containers: 2 there already");
            assertThat(listing()).isEqualTo(before);
        } finally {
            dockerd.destroy();
            dockerd.waitFor(60, TimeUnit.SECONDS);
            network.destroy();
            HostState.removeGroups(GROUP);
        }
    }

    private String said() {
        try {
            return Files.readString(dir.resolve("dockerd.out"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean answers(Docker docker) {
        try {
            return docker.run("version", "-f", "{{.Server.Version}}").code() == 0;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Every file of the data root with its size and its time.
    private String listing() throws IOException, InterruptedException {
        return Ended.run(List.of(
                        "sh",
                        "-c",
                        "cd \"$0\" && find . -printf '%p %s %T@ %m %U\\n' | sort",
                        dir.resolve("docker").toString()))
                .text();
    }
}
