package dev.gantry.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A host of its own (network and mount namespaces) with an ordinary user, who has a range of ids, and a server in the
/// world outside, at 198.51.100.1. The user is made for the test and removed after it.
final class RootlessHost implements AutoCloseable {
    static final int UID = 45_683;
    static final int FIRST_SUBID = 2_300_000;
    static final String WORLD = "198.51.100.1";
    private static final Path DIST = Path.of("../target/dist");
    private static final String USER = "gantry-test-n" + ProcessHandle.current().pid();

    private final Path directory;
    private final List<Process> held = new ArrayList<>();
    private long host;

    /// What a command said, and how it ended.
    record Said(int code, String text) {}

    static void assume() {
        assumeTrue(Linux.host().processes().effectiveUid() == 0, "only root makes users");
        for (String tool : List.of("/usr/sbin/useradd", "/usr/bin/newuidmap", "/usr/bin/setpriv", "/bin/busybox")) {
            assumeTrue(Files.isExecutable(Path.of(tool)), tool + " is missing");
        }
        assumeTrue(Files.isExecutable(DIST.resolve("bin/gantry")), "target/dist is not built: ./gantry --build");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "there is no /dev/net/tun");
    }

    RootlessHost(Path directory) throws Exception {
        this.directory = directory;
        command("/usr/sbin/useradd -M -N -g nogroup -u " + UID + " -K SUB_UID_COUNT=0 -K SUB_GID_COUNT=0 " + USER);
        try {
            String range = FIRST_SUBID + "-" + (FIRST_SUBID + 65_535);
            command("/usr/sbin/usermod --add-subuids " + range + " --add-subgids " + range + " " + USER);
            command("mkdir dist home x world && cp -rL " + DIST.toAbsolutePath() + "/bin " + DIST.toAbsolutePath()
                    + "/lib dist/ && mknod -m 666 tun c 10 200 && echo the world > world/index.html");
            Rootfs.busybox(directory.resolve("rootfs"));
            // A client whose input never ends: what it says last is not its end.
            Files.writeString(directory.resolve("rootfs/bin/get"), """
                    #!/bin/sh
                    f=/tmp/get-$$; mkfifo $f; exec 3<>$f; rm $f
                    printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3
                    exec busybox timeout 20 busybox nc "$1" "$2" <&3
                    """);
            command("chmod -R a+rX . && chmod 755 rootfs/bin/get && mkdir -p rootfs/tmp && chown -R " + UID
                    + ":nogroup rootfs home x && chmod 700 x");
            host = namespaces("--net", "--mount");
            long world = namespaces("--net");
            inside(
                    host,
                    "mount --make-rprivate / && mount --bind tun /dev/net/tun && ip link set lo up"
                            + " && ip link add v0 type veth peer name v1 netns " + world
                            + " && ip addr add 198.51.100.2/24 dev v0 && ip link set v0 up"
                            + " && ip route add default via " + WORLD);
            inside(world, "ip link set lo up && ip addr add " + WORLD + "/24 dev v1 && ip link set v1 up");
            held.add(start(List.of(
                    "nsenter",
                    "--net=/proc/" + world + "/ns/net",
                    "/bin/busybox",
                    "httpd",
                    "-f",
                    "-p",
                    "7777",
                    "-h",
                    directory.resolve("world").toString())));
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    /// `dir:` and a root that is the user's own.
    String image() {
        return "dir:" + directory.resolve("rootfs");
    }

    /// `gantry` as the user.
    Said gantry(String net, String... arguments) throws Exception {
        List<String> all =
                new ArrayList<>(List.of(directory.resolve("dist/bin/gantry").toString()));
        all.addAll(List.of(arguments));
        return user(net, all);
    }

    /// The page that somebody on the host gets there, as a client of a server would.
    String get(String address, int port) throws Exception {
        return user("", List.of("/bin/sh", directory.resolve("rootfs/bin/get").toString(), address, "" + port))
                .text();
    }

    private Said user(String net, List<String> what) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "nsenter",
                "--net=/proc/" + host + "/ns/net",
                "--mount=/proc/" + host + "/ns/mnt",
                "/usr/bin/setpriv",
                "--reuid",
                "" + UID,
                "--regid",
                "nogroup",
                "--clear-groups",
                "--inh-caps=-all",
                "/usr/bin/env",
                "-i",
                "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                "HOME=" + directory.resolve("home"),
                "XDG_RUNTIME_DIR=" + directory.resolve("x"),
                "GANTRY_JAVA=" + Path.of(System.getProperty("java.home"), "bin/java"),
                "GANTRY_ROOTLESS_NET=" + net));
        command.addAll(what);
        return run(command);
    }

    /// The process that holds the lock of the data root.
    long daemon() throws IOException {
        return Long.parseLong(Files.readString(directory.resolve("home/.local/share/gantry/lock"))
                .lines()
                .findFirst()
                .orElseThrow()
                .strip());
    }

    String log() throws IOException {
        Path log = directory.resolve("home/.local/share/gantry/gantryd.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    /// What runs as the user, or as an id of its range.
    List<Long> processes() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> {
                    try {
                        int uid = (int) Files.getAttribute(Path.of("/proc/" + pid), "unix:uid");
                        return uid == UID || (uid >= FIRST_SUBID && uid < FIRST_SUBID + 65_536);
                    } catch (IOException gone) {
                        return false;
                    }
                })
                .filter(pid -> !isZombie(pid))
                .toList();
    }

    private static boolean isZombie(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
        } catch (IOException gone) {
            return true;
        }
    }

    /// A process that does nothing but be in new namespaces.
    private long namespaces(String... kinds) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare"));
        command.addAll(List.of(kinds));
        command.addAll(List.of("sh", "-c", "echo; exec sleep 1000000"));
        Process process = new ProcessBuilder(command).start();
        held.add(process);
        process.getInputStream().read(); // it is there
        return process.pid();
    }

    private void inside(long namespaces, String script) throws Exception {
        String mount = namespaces == host ? " --mount=/proc/" + namespaces + "/ns/mnt" : "";
        command("nsenter --net=/proc/" + namespaces + "/ns/net" + mount + " sh -ec 'cd " + directory + "; " + script
                + "'");
    }

    private void command(String line) throws Exception {
        Said said = run(List.of("sh", "-ec", "cd " + directory + "; " + line));
        if (said.code() != 0) {
            throw new IllegalStateException(line + ": " + said.text());
        }
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private Said run(List<String> command) throws Exception {
        Path out = Files.createTempFile(directory, "said", ".out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .start();
        boolean ended = process.waitFor(90, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        String text = Files.readString(out, StandardCharsets.UTF_8);
        Files.delete(out);
        return new Said(ended ? process.exitValue() : -1, text);
    }

    /// Whatever a failed test left of the user's is ended, too.
    @Override
    public void close() throws Exception {
        for (long pid : processes()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
        Waiting.until(
                Duration.ofSeconds(30),
                () -> "the user's " + processes(),
                () -> processes().isEmpty());
        held.forEach(Process::destroyForcibly);
        command("/usr/sbin/userdel " + USER);
    }
}
