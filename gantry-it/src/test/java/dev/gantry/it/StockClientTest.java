package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The stock `docker` client against a daemon of ours: what people type, and what they must get.
@Tag("kernel")
@Timeout(180)
class StockClientTest {
    private static final String[] RUN = {"run", "--rm", "--network", "none"};

    @TempDir
    static Path dir;

    private static StockDaemon stock;
    private static DaemonProcess daemon;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
        daemon = stock.daemon();
        docker = stock.docker();
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @AfterEach
    void removeAll() throws IOException {
        stock.removeAll();
    }

    private static Docker.Result run(String... arguments) throws IOException {
        return docker.run(with(RUN, arguments));
    }

    private static String[] with(String[] first, String... more) {
        String[] all = new String[first.length + more.length];
        System.arraycopy(first, 0, all, 0, first.length);
        System.arraycopy(more, 0, all, first.length, more.length);
        return all;
    }

    @Test
    void outputsErrorsAndExitCodesArrive() throws IOException {
        Docker.Result r = run("busybox:it", "sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(r.code()).isEqualTo(7);
        assertThat(r.out()).isEqualTo("out\n");
        assertThat(r.err()).isEqualTo("err\n");
        assertThat(docker.run("ps", "-aq").out()).as("--rm removed it").isEmpty();
    }

    @Test
    void aProgramThatIsNotThereIs127AndOneThatCannotRunIs126() throws IOException {
        assertThat(run("busybox:it", "nope").code()).isEqualTo(127);
        assertThat(run("busybox:it", "nope").err()).contains("executable file not found in $PATH");
        assertThat(run("busybox:it", "/nope").code()).isEqualTo(127);
        assertThat(run("busybox:it", "/etc").code()).isEqualTo(126);
        assertThat(run("nosuch.invalid/image", "true").code()).isEqualTo(125);
    }

    @Test
    void inputIsPassedByteForByteInBothDirections() throws IOException {
        byte[] noise = new byte[20_000_000];
        new Random(1).nextBytes(noise);
        Docker.Result r = docker.runWith(noise, with(RUN, "-i", "busybox:it", "cat"));
        assertThat(r.code()).isZero();
        assertThat(r.bytes()).isEqualTo(noise);
    }

    @Test
    void whatWasAskedForIsSeenFromInside() throws IOException {
        Docker.Result r = run(
                "-e",
                "A=b",
                "-w",
                "/tmp",
                "-u",
                "user",
                "--hostname",
                "inside",
                "--read-only",
                "--tmpfs",
                "/run",
                "--pids-limit",
                "50",
                "--memory",
                "64m",
                "busybox:it",
                "sh",
                "-c",
                "echo $A; pwd; id -u; hostname; touch /x");
        assertThat(r.out()).isEqualTo("b\n/tmp\n1000\ninside\n");
        assertThat(r.err()).contains("Read-only file system");
    }

    @Test
    void aDetachedContainerIsListedLoggedWaitedForAndRemoved() throws IOException {
        Docker.Result started = docker.run(
                "run",
                "-d",
                "--name",
                "web",
                "--network",
                "none",
                "--label",
                "a=b",
                "busybox:it",
                "sh",
                "-c",
                "echo one; echo two >&2; exit 4");
        String id = started.out().strip();
        assertThat(id).matches("[0-9a-f]{64}");
        assertThat(docker.run("wait", "web").out()).isEqualTo("4\n");
        assertThat(docker.run("logs", "web").out()).isEqualTo("one\n");
        assertThat(docker.run("logs", "web").err()).isEqualTo("two\n");
        assertThat(docker.run("logs", "-t", "--tail", "1", "web").err())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z two\n");
        assertThat(docker.run("ps", "-a", "--filter", "label=a=b", "--format", "{{.Names}} {{.Image}} {{.State}}")
                        .out())
                .isEqualTo("web busybox:it exited\n");
        assertThat(docker.run("ps", "-q").out()).isEmpty();
        assertThat(docker.run(
                                "inspect",
                                "-f",
                                "{{.State.ExitCode}} {{.Name}} {{.Config.Image}} {{json .Config.Cmd}}",
                                "web")
                        .out())
                .isEqualTo("4 /web busybox:it [\"sh\",\"-c\",\"echo one; echo two >&2; exit 4\"]\n");
        assertThat(docker.run("run", "--name", "web", "--network", "none", "busybox:it", "true")
                        .err())
                .contains("Conflict. The container name \"/web\" is already in use by container \"" + id + "\"");
        assertThat(docker.run("rm", "web").out()).isEqualTo("web\n");
        assertThat(docker.run("rm", "web").err()).contains("No such container: web");
    }

    @Test
    void logsAreFollowedToTheEnd() throws IOException {
        docker.run(
                "run",
                "-d",
                "--name",
                "slow",
                "--network",
                "none",
                "busybox:it",
                "sh",
                "-c",
                "for i in 1 2 3 4 5; do echo $i; sleep 0.1; done");
        assertThat(docker.run("logs", "-f", "slow").out()).isEqualTo("1\n2\n3\n4\n5\n");
    }

    @Test
    void execRunsInTheContainerWithItsOwnStreamsAndCode() throws IOException {
        docker.run("run", "-d", "--name", "host", "--network", "none", "--hostname", "h1", "busybox:it", "sleep", "60");
        Docker.Result r = docker.run("exec", "-e", "X=y", "host", "sh", "-c", "hostname; echo $X; echo no >&2; exit 9");
        assertThat(r.code()).isEqualTo(9);
        assertThat(r.out()).isEqualTo("h1\ny\n");
        assertThat(r.err()).isEqualTo("no\n");
        assertThat(docker.runWith("abc".getBytes(StandardCharsets.UTF_8), "exec", "-i", "host", "cat")
                        .out())
                .isEqualTo("abc");
        assertThat(docker.run("exec", "host", "nope").code()).isEqualTo(127);
        assertThat(docker.run("exec", "host", "/etc").code()).isEqualTo(126);
        assertThat(docker.run("top", "host").out()).contains("sleep 60");
        assertThat(docker.run("stop", "-t", "0", "host").code()).isZero();
        assertThat(docker.run("exec", "host", "true").err()).contains("is not running");
        assertThat(docker.run("kill", "host").err()).contains("is not running");
    }

    @Test
    void aSignalEndsAContainerAndTheExitCodeSaysWhich() throws IOException {
        docker.run("run", "-d", "--name", "loop", "--network", "none", "busybox:it", "sleep", "60");
        assertThat(docker.run("rm", "loop").err()).contains("container is running: stop the container before removing");
        assertThat(docker.run("kill", "loop").code()).isZero();
        assertThat(docker.run("wait", "loop").out()).isEqualTo("137\n");
        assertThat(docker.run("start", "loop").code()).isZero();
        assertThat(docker.run("rename", "loop", "ring").code()).isZero();
        assertThat(docker.run("restart", "-t", "0", "ring").code()).isZero();
        assertThat(docker.run("inspect", "-f", "{{.State.Running}}", "ring").out())
                .isEqualTo("true\n");
        assertThat(docker.run("rm", "-f", "ring").code()).isZero();
    }

    @Test
    void imagesAreTaggedSavedRemovedAndLoadedAgain() throws IOException {
        Path archive = dir.resolve("saved.tar");
        assertThat(docker.run("tag", "busybox:it", "copy:v1").code()).isZero();
        assertThat(docker.run("save", "-o", archive.toString(), "copy:v1").code())
                .isZero();
        assertThat(Files.size(archive)).isGreaterThan(100_000);
        assertThat(docker.run("rmi", "copy:v1").out()).isEqualTo("Untagged: copy:v1\n");
        assertThat(docker.run("image", "inspect", "copy:v1").code()).isEqualTo(1);
        assertThat(docker.run("load", "-i", archive.toString()).out()).isEqualTo("Loaded image: copy:v1\n");
        assertThat(run("copy:v1", "echo", "again").out()).isEqualTo("again\n");
        assertThat(docker.run("images", "--format", "{{.Repository}}:{{.Tag}}")
                        .out()
                        .lines())
                .contains("copy:v1", "busybox:it");
        assertThat(docker.run("history", "-q", "copy:v1").code()).isZero();
        docker.run("rmi", "copy:v1");
        assertThat(docker.run("rmi", "nosuch").err()).contains("No such image: nosuch:latest");
    }

    @Test
    void aTruncatedArchiveIsAnErrorInWords() throws IOException {
        Path cut = dir.resolve("cut.tar");
        Files.write(cut, Arrays.copyOf(Files.readAllBytes(dir.resolve("rootfs.tar")), 10_000));
        Docker.Result r = docker.run("load", "-i", cut.toString());
        assertThat(r.code()).isEqualTo(1);
        assertThat(r.err()).isNotBlank();
    }

    @Test
    void eventsTellTheStoryOfAContainer() throws IOException {
        run("--name", "told", "busybox:it", "true");
        // The client sends whole seconds.
        String soon = Long.toString(Instant.now().getEpochSecond() + 1);
        assertThat(docker.run(
                                "events",
                                "--since",
                                "1m",
                                "--until",
                                soon,
                                "--filter",
                                "container=told",
                                "--format",
                                "{{.Action}}")
                        .out()
                        .lines())
                .containsSubsequence("create", "start", "die", "destroy");
    }

    @Test
    void whatIsMissingIsSaidAndNotIgnored() throws IOException {
        assertThat(run("-p", "80:80", "busybox:it", "true").err())
                .contains("Published ports are discarded when using none network mode");
        assertThat(run("--storage-opt", "size=1g", "busybox:it", "true").err()).contains("--storage-opt");
        assertThat(run("--volume-driver", "flocker", "-v", "data:/data", "busybox:it", "true")
                        .err())
                .contains("plugin \"flocker\" not found");
        assertThat(run("--volumes-from", "nobody", "busybox:it", "true").err()).contains("No such container: nobody");
    }

    @Test
    void volumesLiveFromCreateToPrune() throws IOException {
        assertThat(docker.run("volume", "create", "--label", "a=b", "data").out())
                .isEqualTo("data\n");
        assertThat(run("-v", "data:/data", "busybox:it", "sh", "-c", "echo kept > /data/f")
                        .code())
                .isZero();
        assertThat(run("--mount", "type=volume,src=data,dst=/d,ro", "busybox:it", "cat", "/d/f")
                        .out())
                .isEqualTo("kept\n");
        assertThat(docker.run("volume", "inspect", "-f", "{{.Driver}} {{.Labels.a}} {{.Mountpoint}}", "data")
                        .out())
                .isEqualTo("local b " + daemon.data() + "/volumes/data/_data\n");
        assertThat(docker.run(
                                "create",
                                "--network",
                                "none",
                                "--name",
                                "holder",
                                "-v",
                                "data:/data",
                                "-v",
                                "/anon",
                                "busybox:it",
                                "true")
                        .code())
                .isZero();
        assertThat(docker.run("volume", "rm", "data").err()).contains("volume is in use - [");
        assertThat(docker.run(
                                "inspect",
                                "-f",
                                "{{range .Mounts}}{{.Type}} {{.Destination}} {{.RW}} {{.Mode}};{{end}}",
                                "holder")
                        .out())
                .isEqualTo("volume /data true z;volume /anon true ;\n");
        assertThat(docker.run("volume", "ls", "-q", "-f", "dangling=false")
                        .out()
                        .lines())
                .hasSize(2);
        assertThat(docker.run("volume", "ls", "-q", "-f", "label=a").out()).isEqualTo("data\n");
        assertThat(docker.run("ps", "-a", "--filter", "volume=data", "--format", "{{.Names}}")
                        .out())
                .isEqualTo("holder\n");
        assertThat(run("--volumes-from", "holder:ro", "busybox:it", "sh", "-c", "cat /data/f; touch /data/g")
                        .out())
                .isEqualTo("kept\n");
        docker.run("rm", "holder");
        assertThat(docker.run("volume", "prune", "-f").out())
                .contains("Deleted Volumes:")
                .doesNotContain("data\n");
        assertThat(docker.run("volume", "ls", "-q").out()).isEqualTo("data\n");
        assertThat(docker.run("volume", "prune", "-f", "-a").out()).contains("data\n");
        assertThat(docker.run("volume", "inspect", "data").err()).contains("no such volume");
        assertThat(docker.run("volume", "rm", "data").err()).contains("get data: no such volume");
        assertThat(run("-v", "some/where:/x", "busybox:it", "true").err())
                .contains("includes invalid characters for a local volume name");
        assertThat(run(
                                "--mount",
                                "type=image,src=busybox:it,dst=/i",
                                "busybox:it",
                                "sh",
                                "-c",
                                "ls /i/bin/sh; touch /i/x")
                        .out())
                .isEqualTo("/i/bin/sh\n");
        Docker.Result below =
                run("--mount", "type=image,src=busybox:it,dst=/i,image-subpath=bin", "busybox:it", "ls", "/i/sh");
        assertThat(below.err()).isEmpty();
        assertThat(below.out()).isEqualTo("/i/sh\n");
        String tar = dir.resolve("rootfs.tar").toString();
        assertThat(docker.run("import", "-m", "mounted", tar, "mounted:it").code())
                .isZero();
        assertThat(docker.run(
                                "create",
                                "--name",
                                "mounts",
                                "--mount",
                                "type=image,src=mounted:it,dst=/i",
                                "busybox:it",
                                "true")
                        .code())
                .isZero();
        assertThat(docker.run("rmi", "mounted:it").err()).contains("is using its referenced image");
        docker.run("rm", "mounts");
        assertThat(docker.run("rmi", "mounted:it").code()).isZero();
        assertThat(run("--mount", "type=image,src=nosuch:it,dst=/i", "busybox:it", "true")
                        .err())
                .contains("nosuch");
        assertThat(run("--mount", "type=bind,src=/no/such/place,dst=/x", "busybox:it", "true")
                        .err())
                .contains("bind source path does not exist: /no/such/place");
    }

    @Test
    void mountsHaveAllOptionsOfTheClientAndAMapOfOwners() throws IOException {
        Path host = Files.createDirectories(dir.resolve("mounted"));
        Files.setAttribute(host, "unix:uid", 1000);
        String bind = "type=bind,src=" + host + ",dst=/h";
        for (String more : List.of(
                ",readonly,bind-recursive=readonly,bind-propagation=rprivate",
                ",readonly,bind-recursive=writable",
                ",readonly,bind-recursive=disabled",
                ",readonly,consistency=cached",
                ",ro,bind-propagation=rslave")) {
            Docker.Result r = run("--mount", bind + more, "busybox:it", "sh", "-c", "echo > /h/x");
            assertThat(r.err()).as(more).contains("Read-only file system");
        }
        Docker.Result mapped = run(
                "-v", host + ":/h:idmap=uids=1000-0-1", "busybox:it", "sh", "-c", "busybox stat -c %u /h; echo > /h/x");
        assertThat(mapped.out()).as(mapped.err()).isEqualTo("0\n");
        assertThat(Files.getAttribute(host.resolve("x"), "unix:uid")).isEqualTo(1000);
        Docker.Result size = run(
                "--mount",
                "type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1750",
                "busybox:it",
                "sh",
                "-c",
                "busybox stat -c %a /t; dd if=/dev/zero of=/t/f bs=1M count=2");
        assertThat(size.out()).isEqualTo("1750\n");
        assertThat(size.err()).contains("No space left");
    }

    @Test
    void theDaemonDescribesItself() throws IOException {
        assertThat(docker.run("version", "--format", "{{.Server.APIVersion}} {{.Server.Os}}")
                        .out())
                .isEqualTo("1.50 linux\n");
        assertThat(docker.run("info", "--format", "{{.OSType}} {{.DockerRootDir}}")
                        .out())
                .isEqualTo("linux " + daemon.data() + "\n");
        assertThat(docker.run("network", "ls", "--format", "{{.Name}}").out().lines())
                .containsExactly("bridge", "host", "none");
        assertThat(docker.run("system", "df").code()).isZero();
    }

    @Test
    void aClientThatIsKilledLeavesTheContainerAlone() throws IOException {
        Process attached = docker.start("run", "--name", "left", "--network", "none", "busybox:it", "sleep", "30");
        Waiting.until(Duration.ofSeconds(20), () -> "it runs", () -> running("left"));
        attached.destroyForcibly();
        assertThat(running("left")).isTrue();
        assertThat(docker.run("exec", "left", "echo", "there").out()).isEqualTo("there\n");
    }

    private static boolean running(String name) {
        try {
            return docker.run("inspect", "-f", "{{.State.Running}}", name).out().equals("true\n");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
