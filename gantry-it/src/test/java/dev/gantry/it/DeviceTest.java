package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Devices of the host, by their paths and by the names that vendors give them.
@Tag("kernel")
@Timeout(120)
class DeviceTest {
    private static final String SPEC = """
            {"cdiVersion":"0.6.0","kind":"gantry.test/thing",
             "containerEdits":{"env":["THINGS=all"]},
             "devices":[
              {"name":"zero","containerEdits":{
                "env":["PATH=/bin:/things"],
                "deviceNodes":[{"path":"/dev/thing","hostPath":"/dev/zero","permissions":"rw","fileMode":432,"gid":4242}],
                "mounts":[{"hostPath":"%s","containerPath":"/things","options":["ro","nosuid"]}],
                "additionalGids":[4243]}},
              {"name":"gone","containerEdits":{"deviceNodes":[{"path":"/dev/nothing-of-that-name"}]}},
              {"name":"hooked","containerEdits":{"hooks":[{"hookName":"createRuntime","path":"/bin/true"}]}}]}""";

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        Docker client = new Docker("unix://" + dir.resolve("s"));
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        Path things = Files.createDirectories(dir.resolve("things"));
        Files.writeString(things.resolve("manual"), "turn it off and on\n");
        Path cdi = Files.createDirectories(dir.resolve("cdi"));
        Files.writeString(cdi.resolve("thing.json"), SPEC.formatted(things));
        daemon = DaemonProcess.startWith(dir, "--cdi-spec-dir", cdi.toString());
        docker = client;
        assertThat(docker.run("import", tar.toString(), "busybox:it").err()).isEmpty();
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private static String run(String... arguments) throws IOException {
        Docker.Result r = docker.run(command(arguments));
        assertThat(r.err()).as(String.join(" ", arguments)).isEmpty();
        assertThat(r.code()).isZero();
        return r.out().strip();
    }

    private static String refusal(String... arguments) throws IOException {
        Docker.Result r = docker.run(command(arguments));
        assertThat(r.code()).as(r.out()).isNotZero();
        return r.err();
    }

    /// The last one is a script.
    private static String[] command(String... arguments) {
        String[] all = new String[arguments.length + 7];
        System.arraycopy(new String[] {"run", "--rm", "--network", "none"}, 0, all, 0, 4);
        System.arraycopy(arguments, 0, all, 4, arguments.length - 1);
        int at = 4 + arguments.length - 1;
        System.arraycopy(new String[] {"busybox:it", "/bin/sh", "-c", arguments[arguments.length - 1]}, 0, all, at, 4);
        return all;
    }

    @Test
    void aDeviceOfTheHostIsThereByItsOwnNameOrAnother() throws IOException {
        assertThat(run("--device", "/dev/zero:/dev/nil", "head -c 3 /dev/nil | /bin/busybox xxd -p"))
                .isEqualTo("000000");
        assertThat(run("--device", "/dev/loop-control", "/bin/busybox stat -c '%t:%T' /dev/loop-control"))
                .isEqualTo("a:ed");
        assertThat(refusal("--device", "/dev/nothing-of-that-name", "true"))
                .contains("error gathering device information");
        assertThat(refusal("--device", "/etc/passwd", "true")).contains("it is no device");
    }

    @Test
    void aModeHoldsWhereControlGroupsSaySo() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/sys/fs/cgroup/devices")), "no devices hierarchy of cgroup v1");
        assertThat(run(
                        "--device",
                        "/dev/loop-control:/dev/control:r",
                        "(exec 3</dev/control) && echo read; (exec 3>/dev/control) 2>&1 || echo and no more"))
                .startsWith("read")
                .endsWith("and no more");
        assertThat(run("/bin/busybox mknod /dev/control c 10 237; (exec 3</dev/control) 2>&1 || echo not without"))
                .endsWith("not without");
    }

    @Test
    void aDeviceByItsVendorsNameBringsAllItNeeds() throws IOException {
        assertThat(run(
                        "--device",
                        "gantry.test/thing=zero",
                        "--user",
                        "1000",
                        "/bin/busybox stat -c '%a %g' /dev/thing; echo $THINGS $PATH; cat /things/manual; id -G"))
                .isEqualTo("660 4242\nall /bin:/things\nturn it off and on\n1000 4243".replace("1000 4243", ids()));
        assertThat(run("--device", "gantry.test/thing=zero", "head -c 2 /dev/thing | /bin/busybox xxd -p"))
                .isEqualTo("0000");
    }

    /// The image's user has a group of its own or not; the device's is there in any case.
    private static String ids() throws IOException {
        return run("--user", "1000", "id -G") + " 4243";
    }

    @Test
    void whatIsNotThereOrCannotBeDoneIsRefusedInWords() throws IOException {
        assertThat(refusal("--device", "gantry.test/thing=two", "true"))
                .contains("unresolvable CDI devices gantry.test/thing=two");
        assertThat(refusal("--device", "gantry.test/thing=gone", "true")).contains("/dev/nothing-of-that-name");
        assertThat(refusal("--device", "gantry.test/thing=hooked", "true")).contains("asks for hooks");
        assertThat(refusal("--gpus", "all", "true")).contains("could not select device driver");
        assertThat(docker.run("ps", "-aq").out()).isEmpty();
        assertThat(docker.run("info", "-f", "{{json .CDISpecDirs}}").out().strip())
                .isEqualTo("[\"" + dir.resolve("cdi") + "\"]");
    }
}
