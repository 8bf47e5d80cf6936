package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Callers with and without limits on one socket, told apart by the kernel, and what the audit log says of them.
@Tag("kernel")
@Timeout(180)
class AccessTest {
    private static final int LIMITED = 47_111;
    private static final int OTHER = 47_112;
    private static final int READER = 47_113;
    private static final int STRANGER = 47_114;
    private static final int POWERLESS = 47_115;

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "no setpriv");
        docker = new Docker("unix://" + dir.resolve("s"));
        Path rules = Files.writeString(dir.resolve("rules.json"), """
                {"rules": [
                   {"uid": 0, "limits": []},
                   {"uid": %d, "limits": ["own-containers", "no-privileged", "no-host-mounts"]},
                   {"uid": %d, "limits": ["own-containers"]},
                   {"uid": %d, "limits": ["read-only"]},
                   {"uid": %d, "limits": ["no-privileged", "no-host-mounts"]}],
                 "otherwise": ["nothing"]}
                """.formatted(LIMITED, OTHER, READER, POWERLESS));
        Files.setPosixFilePermissions(rules, PosixFilePermissions.fromString("rw-------"));
        daemon = DaemonProcess.startOn(
                DaemonProcess.network(),
                dir,
                "--access-rules",
                rules.toString(),
                "--audit-log",
                audit().toString(),
                "--experimental");
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        assertThat(docker.run("import", tar.toString(), "busybox:it").err()).isEmpty();
        // Whoever is to be judged must reach the socket.
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx--x--x"));
        Files.setPosixFilePermissions(dir.resolve("s"), PosixFilePermissions.fromString("rw-rw-rw-"));
    }

    private static Path audit() {
        return dir.resolve("audit.log");
    }

    @AfterAll
    static void stop() throws IOException {
        if (daemon != null) {
            daemon.close();
        }
    }

    @AfterEach
    void removeAll() throws IOException {
        for (String id : docker.run("ps", "-aq").out().lines().toList()) {
            docker.run("rm", "-fv", id);
        }
        docker.run("volume", "rm", "-f", "etc", "plain");
    }

    private record Result(int code, String out) {}

    private static Result run(int uid, String... command) throws IOException {
        List<String> all =
                new ArrayList<>(List.of("setpriv", "--reuid", "" + uid, "--regid", "" + uid, "--clear-groups", "--"));
        all.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().put("HOME", "/nonexistent");
        Process p = builder.start();
        p.getOutputStream().close();
        String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            p.waitFor(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return new Result(p.exitValue(), out);
    }

    /// The stock client as a user.
    private static Result as(int uid, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("docker", "-H", "unix://" + dir.resolve("s")));
        all.addAll(List.of(arguments));
        return run(uid, all.toArray(String[]::new));
    }

    private static String out(int uid, String... arguments) throws IOException {
        Result r = as(uid, arguments);
        assertThat(r.code()).as(String.join(" ", arguments) + ": " + r.out()).isZero();
        return r.out();
    }

    private static void refused(int uid, String limit, String... arguments) throws IOException {
        Result r = as(uid, arguments);
        assertThat(r.code()).as(String.join(" ", arguments)).isNotZero();
        assertThat(r.out())
                .as(String.join(" ", arguments))
                .contains("the access rules give this caller the limit " + limit);
    }

    /// Of the host.
    private static Path folder() throws IOException {
        return Files.createDirectories(dir.resolve("folder"));
    }

    private static String rootsContainer() throws IOException {
        Docker.Result r = docker.run(
                "run",
                "-d",
                "--name",
                "roots",
                "--network",
                "none",
                "-v",
                folder() + ":/host",
                "busybox:it",
                "sleep",
                "1000");
        assertThat(r.err()).isEmpty();
        return r.out().strip();
    }

    @Test
    void whoHasLimitsSavesAndRestoresNoProcessesAndNamesNoDirectoryForThem() throws IOException {
        String own = out(LIMITED, "run", "-d", "--name", "own", "--network", "none", "busybox:it", "sleep", "1000");
        String elsewhere = dir.resolve("elsewhere").toString();
        refused(LIMITED, "own-containers", "checkpoint", "create", "own", "k1");
        refused(LIMITED, "own-containers", "checkpoint", "create", "--checkpoint-dir", elsewhere, "own", "k1");
        refused(LIMITED, "own-containers", "checkpoint", "ls", "--checkpoint-dir", "/etc", "own");
        refused(LIMITED, "own-containers", "checkpoint", "rm", "--checkpoint-dir", "/etc", "own", "ssh");
        refused(POWERLESS, "no-privileged", "checkpoint", "create", "own", "k1");
        refused(READER, "read-only", "checkpoint", "create", "own", "k1");
        refused(OTHER, "own-containers", "checkpoint", "ls", "own");
        assertThat(out(LIMITED, "checkpoint", "ls", "own")).isEqualTo("CHECKPOINT NAME");
        assertThat(docker.run("kill", "own").err()).isEmpty();
        Path made = Files.createDirectories(daemon.data().resolve("containers/" + own + "/checkpoints/k1"));
        Files.writeString(made.resolve("gantry.note"), "\0\0\0\0");
        assertThat(out(LIMITED, "checkpoint", "ls", "own").lines()).containsExactly("CHECKPOINT NAME", "k1");
        refused(LIMITED, "own-containers", "start", "--checkpoint", "k1", "own");
        refused(POWERLESS, "no-privileged", "start", "--checkpoint", "k1", "own");
    }

    @Test
    void whoHasLimitsBuildsNothing() throws IOException {
        Path context = Files.createDirectories(dir.resolve("context"));
        Files.writeString(context.resolve("Dockerfile"), "FROM busybox:it\nRUN true\n");
        refused(LIMITED, "own-containers", "build", "--network", "host", context.toString());
        refused(POWERLESS, "no-privileged", "build", "--network", "host", context.toString());
        refused(LIMITED, "own-containers", "builder", "prune", "-f");
    }

    @Test
    void whoHasOwnContainersOnlySeesAndReachesNoOthers() throws IOException {
        String roots = rootsContainer();
        String own = out(LIMITED, "run", "-d", "--name", "own", "--network", "none", "busybox:it", "sleep", "1000");
        assertThat(out(LIMITED, "ps", "-aq", "--no-trunc")).isEqualTo(own);
        assertThat(out(OTHER, "ps", "-aq")).isEmpty();
        assertThat(docker.run("ps", "-q").out().lines()).hasSize(2);
        assertThat(out(LIMITED, "exec", "own", "echo", "hi")).isEqualTo("hi");
        assertThat(out(LIMITED, "logs", "own")).isEmpty();
        assertThat(out(LIMITED, "network", "inspect", "-f", "{{len .Containers}}", "none"))
                .isEqualTo("1");
        assertThat(out(LIMITED, "system", "df", "-v")).contains("own").doesNotContain("roots");

        Path file = Files.writeString(dir.resolve("file"), "x");
        String exec = execOf(roots);
        for (String[] asked : new String[][] {
            {"inspect", "roots"},
            {"inspect", roots.substring(0, 12)},
            {"logs", "roots"},
            {"top", "roots"},
            {"stats", "--no-stream", "roots"},
            {"diff", "roots"},
            {"export", "roots"},
            {"exec", "roots", "true"},
            {"attach", "roots"},
            {"stop", "roots"},
            {"kill", "roots"},
            {"pause", "roots"},
            {"rename", "roots", "mine"},
            {"update", "--memory", "64m", "--memory-swap", "64m", "roots"},
            {"rm", "-f", "roots"},
            {"wait", "roots"},
            {"commit", "roots"},
            {"cp", "roots:/etc/passwd", "-"},
            {"network", "disconnect", "none", "roots"},
            {"run", "--rm", "--network", "container:roots", "busybox:it", "true"},
            {"run", "--rm", "--network", "none", "--pid", "container:roots", "busybox:it", "true"},
            {"run", "--rm", "--network", "none", "--volumes-from", "roots", "busybox:it", "true"},
            {"run", "--rm", "--network", "none", "-v", "named:/x", "busybox:it", "true"},
            {"commit", "own", "busybox:it"},
            {"tag", "busybox:it", "mine"},
            {"rmi", "busybox:it"},
            {"load", "-i", file.toString()},
            {"network", "create", "mine"},
            {"network", "prune", "-f"},
            {"volume", "create", "mine"},
            {"volume", "prune", "-f"},
            {"image", "prune", "-f"}
        }) {
            refused(LIMITED, "own-containers", asked);
        }
        assertThat(ask(LIMITED, "POST", "/exec/" + exec + "/start", "{\"Detach\":true}"))
                .contains("is not yours");
        assertThat(ask(LIMITED, "GET", "/exec/" + exec + "/json", "")).contains("is not yours");
        assertThat(docker.run("inspect", "-f", "{{.State.Running}} {{.Name}}", "roots")
                        .out())
                .isEqualTo("true /roots\n");

        out(LIMITED, "stop", "-t", "0", "own");
        assertThat(out(OTHER, "container", "prune", "-f")).doesNotContain(own);
        assertThat(out(LIMITED, "container", "prune", "-f")).contains(own).doesNotContain(roots);
        assertThat(out(LIMITED, "events", "--since", "60s", "--until", "-1s", "--format", "{{.Actor.ID}}"))
                .doesNotContain(roots);
    }

    private static String execOf(String container) throws IOException {
        return execOf(container, "{\"Cmd\":[\"true\"]}");
    }

    private static String execOf(String container, String body) throws IOException {
        String made = ask(0, "POST", "/containers/" + container + "/exec", body);
        return made.replaceAll(".*\"Id\":\"([0-9a-f]+)\".*", "$1");
    }

    private static String ask(int uid, String method, String path, String body) throws IOException {
        return run(
                        uid,
                        "curl",
                        "-s",
                        "-X",
                        method,
                        "-H",
                        "Content-Type: application/json",
                        "-d",
                        body,
                        "--unix-socket",
                        dir.resolve("s").toString(),
                        "http://d/v1.50" + path)
                .out();
    }

    @Test
    void rightsAndFilesOfTheHostAreKeptFromWhoMayNotHaveThem() throws IOException {
        for (String[] flags : new String[][] {
            {"--privileged"},
            {"--pid", "host"},
            {"--ipc", "host"},
            {"--uts", "host"},
            {"--cgroupns", "host"},
            {"--network", "host"},
            {"--cap-add", "SYS_ADMIN"},
            {"--device", "/dev/null"},
            {"--device-cgroup-rule", "c 1:* rwm"},
            {"--cgroup-parent", "up"},
            {"--security-opt", "seccomp=unconfined"},
            {"--security-opt", "systempaths=unconfined"}
        }) {
            refused(LIMITED, "no-privileged", create(flags, "busybox:it"));
        }
        for (String[] flags : new String[][] {
            {"-v", "/etc:/x"},
            {"--mount", "type=bind,source=/etc,target=/x"},
            {"--mount", "type=image,source=dir:/,target=/x"},
            {"--mount", "type=volume,target=/x,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc"},
            {"--log-driver", "syslog", "--log-opt", "syslog-address=unixgram:///dev/log"},
            {"--log-driver", "syslog"},
            {"--log-driver", "journald"}
        }) {
            refused(LIMITED, "no-host-mounts", create(flags, "busybox:it"));
        }
        assertThat(ask(LIMITED, "POST", "/containers/create", "{\"Image\":\"dir:/\",\"Cmd\":[\"true\"]}"))
                .contains("the limit no-host-mounts");
        String own = out(LIMITED, "run", "-d", "--network", "none", "-v", "/data", "busybox:it", "sleep", "1000");
        refused(LIMITED, "no-privileged", "exec", "--privileged", own, "true");
        String ofRoot = execOf(own, "{\"Cmd\":[\"true\"],\"Privileged\":true}");
        assertThat(ask(LIMITED, "POST", "/exec/" + ofRoot + "/start", "{\"Detach\":true}"))
                .contains("the limit no-privileged");
        assertThat(out(OTHER, create(new String[] {"--privileged", "-v", folder() + ":/x"}, "busybox:it")))
                .as("who has only the limit to own containers")
                .isNotEmpty();
        assertThat(docker.run("ps", "-aq").out().lines()).hasSize(2);
    }

    @Test
    void whatIsThereAlreadyIsJudgedByWhatItIs() throws IOException {
        docker.run("volume", "create", "-o", "type=none", "-o", "o=bind", "-o", "device=/etc", "etc");
        docker.run("volume", "create", "plain");
        docker.run("run", "-d", "--name", "host", "--network", "none", "--pid", "host", "busybox:it", "sleep", "1000");
        docker.run(
                "run",
                "-d",
                "--name",
                "next",
                "--network",
                "none",
                "--pid",
                "container:host",
                "busybox:it",
                "sleep",
                "1000");
        assertThat(docker.run("ps", "-q").out().lines()).hasSize(2);
        refused(POWERLESS, "no-privileged", "exec", "next", "true");
        refused(POWERLESS, "no-privileged", create(new String[] {"--pid", "container:next"}, "busybox:it"));
        docker.run("rm", "-f", "host");
        refused(POWERLESS, "no-privileged", "exec", "next", "true");
        refused(POWERLESS, "no-host-mounts", create(new String[] {"-v", "etc:/x"}, "busybox:it"));
        assertThat(out(POWERLESS, create(new String[] {"-v", "plain:/x"}, "busybox:it")))
                .isNotEmpty();
        for (String path :
                List.of("etc/clone?to=c", "etc/snapshot?to=c", "etc/rename?to=c", "plain/restore?from=etc")) {
            assertThat(ask(POWERLESS, "POST", "/volumes/" + path, "")).as(path).contains("the limit no-host-mounts");
        }
        assertThat(ask(POWERLESS, "GET", "/volumes/etc/backup", "")).contains("the limit no-host-mounts");
        refused(POWERLESS, "no-privileged", "network", "create", "-o", "com.docker.network.bridge.name=lo", "taken");
    }

    private static String[] create(String[] flags, String image) {
        List<String> all = new ArrayList<>(List.of("create"));
        all.addAll(List.of(flags));
        all.addAll(List.of(image, "true"));
        return all.toArray(String[]::new);
    }

    @Test
    void whoMayOnlyReadSeesAllAndChangesNothing() throws IOException {
        String roots = rootsContainer();
        assertThat(out(READER, "ps", "-q", "--no-trunc")).isEqualTo(roots);
        assertThat(out(READER, "inspect", "-f", "{{.Id}}", "roots")).isEqualTo(roots);
        assertThat(out(READER, "version", "-f", "{{.Server.Os}}")).isEqualTo("linux");
        for (String[] asked : new String[][] {
            {"create", "busybox:it"},
            {"rm", "-f", "roots"},
            {"exec", "roots", "true"},
            {"network", "create", "n"},
            {"tag", "busybox:it", "mine"},
            {"container", "prune", "-f"},
            {"pull", "busybox"}
        }) {
            refused(READER, "read-only", asked);
        }
        assertThat(ask(READER, "POST", "/containers/roots/attach?stream=1&stdout=1", ""))
                .contains("the limit read-only");
        Result stranger = as(STRANGER, "ps");
        assertThat(stranger.code()).isNotZero();
        assertThat(stranger.out()).contains("nothing is open to this caller");
        assertThat(docker.run("ps", "-q", "--no-trunc").out().strip()).isEqualTo(roots);
    }

    @Test
    void theDoorsOfBuildkitAreForWhoMayDoEverything() throws IOException {
        for (String path : new String[] {"/grpc", "/session"}) {
            assertThat(ask(POWERLESS, "POST", path, "")).as(path).contains("images are built by who may do everything");
        }
    }

    @Test
    void everyChangeIsInTheAuditLogWithWhoMadeItAndWithoutSecrets() throws IOException {
        String id = out(
                LIMITED,
                "create",
                "--name",
                "audited",
                "--network",
                "none",
                "-e",
                "PASSWORD=hunter2",
                "busybox:it",
                "true");
        refused(READER, "read-only", "rm", "audited");
        out(LIMITED, "rm", "audited");
        out(READER, "ps");
        ask(0, "POST", "/auth", "{\"username\":\"u\",\"password\":\"hunter2\",\"serveraddress\":\"127.0.0.1:1\"}");
        String log = Files.readString(audit());
        assertThat(log.lines()
                        .filter(line -> line.contains("audited") || line.contains(id))
                        .map(line -> line.replaceAll("\"time\":\"[^\"]*\",", "").replaceAll(" pid:[0-9]+", "")))
                .containsExactly(
                        "{\"caller\":\"uid:" + LIMITED + " gid:" + LIMITED
                                + "\",\"operation\":\"POST /containers/create\",\"object\":\"audited " + id
                                + "\",\"outcome\":201}",
                        "{\"caller\":\"uid:" + READER + " gid:" + READER
                                + "\",\"operation\":\"DELETE /containers/{id}\",\"object\":\"audited\",\"outcome\":403}",
                        "{\"caller\":\"uid:" + LIMITED + " gid:" + LIMITED
                                + "\",\"operation\":\"DELETE /containers/{id}\",\"object\":\"audited\",\"outcome\":204}");
        assertThat(log).contains("POST /auth").doesNotContain("hunter2").doesNotContain("GET /containers/json");
    }
}
