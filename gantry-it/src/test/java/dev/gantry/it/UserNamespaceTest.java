package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A daemon with `--userns-remap`, as the stock client finds it: inside, everything is as ever; outside, nothing of a
/// container belongs to root.
@Tag("kernel")
@Timeout(180)
class UserNamespaceTest {
    private static final int FIRST = 300000;
    private static final String MAP = "0 " + FIRST + " 65536";

    @TempDir
    static Path dir;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.remapped(dir, FIRST);
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

    private static String map(String text) {
        return text.strip().replaceAll(" +", " ");
    }

    private static int owner(Path file) throws IOException {
        return (int) Files.getAttribute(file, "unix:uid");
    }

    private static String sh(String container, String script) throws IOException {
        return stock.out("exec", container, "sh", "-c", script);
    }

    /// A file of the user 1000 in `/home` of an image.
    private static String image() throws IOException {
        String c = stock.out("create", "--network", "none", "busybox:it", "true");
        Path file = Files.writeString(dir.resolve("file"), "of 1000");
        Files.setAttribute(file, "unix:uid", 1000);
        Files.setAttribute(file, "unix:gid", 1000);
        stock.out("cp", "-qa", file.toString(), c + ":/tmp/file");
        stock.out("commit", c, "users:it");
        return "users:it";
    }

    @Test
    void insideItIsRootAndOutsideNobody() throws IOException {
        assertThat(stock.out("info", "--format", "{{.SecurityOptions}}")).contains("name=userns");
        stock.out("run", "-d", "--name", "box", "--network", "none", "busybox:it", "sleep", "1000");
        assertThat(sh("box", "id -u; cat /proc/1/uid_map"))
                .startsWith("0\n")
                .satisfies(t -> assertThat(map(t)).endsWith(MAP));
        String pid = stock.out("inspect", "--format", "{{.State.Pid}}", "box");
        assertThat(Files.readString(Path.of("/proc", pid, "status"))).contains("\nUid:\t" + FIRST + "\t");
        assertThat(map(Files.readString(Path.of("/proc", pid, "gid_map")))).isEqualTo(MAP);
    }

    @Test
    void layersHaveTheOwnersThatTheyHaveOnTheDiskAndNothingIsCopied() throws IOException {
        String image = image();
        String look = "cat /proc/self/uid_map; ls -ln /tmp/file /bin/busybox";
        String mapped = stock.out("run", "--rm", "--network", "none", image, "sh", "-c", look);
        String plain = stock.out("run", "--rm", "--network", "none", "--userns", "host", image, "sh", "-c", look);
        assertThat(map(mapped)).startsWith(MAP);
        assertThat(map(plain)).startsWith("0 0 4294967295");
        assertThat(mapped.lines().skip(1))
                .containsExactlyElementsOf(plain.lines().skip(1).toList());
        assertThat(mapped).contains("1000     1000");
    }

    @Test
    void whatItWritesIsItsOwnForDiffExportCommitAndCopies() throws IOException {
        String image = image();
        stock.out("run", "-d", "--name", "box", "--network", "none", image, "sleep", "1000");
        sh("box", "mkdir /made && touch /made/new && busybox chown 33:44 /made/new /bin && echo more >> /tmp/file");
        assertThat(stock.out("diff", "box").lines())
                .contains("A /made", "A /made/new", "C /tmp/file")
                .doesNotContain("C /etc");
        Path given = Files.writeString(dir.resolve("given"), "x");
        Files.setAttribute(given, "unix:uid", 55);
        Files.setAttribute(given, "unix:gid", 66);
        stock.out("cp", "-qa", given.toString(), "box:/made/given");
        for (String when : List.of("while it runs", "after it")) {
            Path tar = dir.resolve("out.tar");
            stock.out("export", "-o", tar.toString(), "box");
            assertThat(stock.onHost("tar", "tvf", tar.toString(), "--numeric-owner"))
                    .as(when)
                    .containsPattern("33/44 .* made/new")
                    .containsPattern("55/66 .* made/given")
                    .containsPattern("1000/1000 .* tmp/file");
            String copy = "docker -H " + stock.daemon().host() + " cp box:/made - | tar tv --numeric-owner";
            assertThat(stock.onHost("sh", "-c", copy)).as(when).containsPattern("33/44 .* made/new");
            stock.out("stop", "-t", "0", "box");
        }
        stock.out("commit", "box", "made:it");
        assertThat(stock.out("run", "--rm", "--network", "none", "--userns", "host", "made:it", "ls", "-ln", "/made"))
                .containsPattern("33 +44 .* new")
                .containsPattern("55 +66 .* given");
    }

    @Test
    void aMountedImageIsNobodysToWriteWhateverIsRemounted() throws IOException {
        String script = "busybox mount -o remount,rw,bind /im && echo remounted;"
                + " touch /im/planted 2>/dev/null || echo refused; rm -f /im/bin/true || echo kept";
        for (String where : List.of("", "host")) {
            var it = stock.docker()
                    .run(
                            "run",
                            "--rm",
                            "--network=none",
                            "--userns=" + where,
                            "--cap-add=SYS_ADMIN",
                            "--mount=type=image,source=busybox:it,target=/im",
                            "busybox:it",
                            "sh",
                            "-c",
                            script.replace("rm -f", "busybox rm -f"));
            assertThat(it.out()).as(where + it.err()).isEqualTo("remounted\nrefused\nkept\n");
        }
        assertThat(stock.refusal(
                        "run",
                        "--rm",
                        "--network=none",
                        "--mount=type=image,source=dir:/,target=/im",
                        "busybox:it",
                        "true"))
                .contains("create it with --userns host");
    }

    @Test
    void copiesMeanTheIdsItWasStartedWithWhereverItsFirstProcessHasGone() throws IOException {
        Path given = Files.writeString(dir.resolve("strange"), "x");
        Files.setAttribute(given, "unix:uid", 7);
        Files.setAttribute(given, "unix:gid", 7);
        Map<String, List<String>> places =
                Map.of("none", List.of("", "-U"), "own", List.of("", "-Ur"), "host", List.of("host", "-Ur"));
        for (var place : places.entrySet()) {
            String box = place.getKey();
            boolean host = box.equals("host");
            stock.out(
                    "run",
                    "-d",
                    "--name",
                    box,
                    "--network=none",
                    "--userns=" + place.getValue().getFirst(),
                    "--security-opt=seccomp=unconfined",
                    "busybox:it",
                    "busybox",
                    "unshare",
                    place.getValue().getLast(),
                    "sh",
                    "-c",
                    "exec sleep 1000");
            awaitUp(box);
            stock.out("cp", "-qa", given.toString(), box + ":/tmp/strange");
            String pid = stock.out("inspect", "--format", "{{.State.Pid}}", box);
            assertThat(owner(Path.of("/proc", pid, "root/tmp/strange"))).as(box).isEqualTo(host ? 7 : FIRST + 7);
            String copy =
                    "docker -H " + stock.daemon().host() + " cp " + box + ":/tmp/strange - | tar tv --numeric-owner";
            assertThat(stock.onHost("sh", "-c", copy)).as(box).contains(" 7/7 ");
        }
        stock.out("run", "-d", "--name", "donor", "--network=none", "busybox:it", "sleep", "1000");
        stock.out("run", "-d", "--name", "joined", "--network=container:donor", "busybox:it", "sleep", "1000");
        stock.daemon().kill();
        stock.daemon().startAgain();
        stock.out("cp", "-qa", given.toString(), "joined:/tmp/strange");
        assertThat(sh("joined", "ls -ln /tmp/strange")).contains(" 7        7 ");
    }

    /// Its program is in the namespace that it made.
    private static void awaitUp(String box) throws IOException {
        String pid = stock.out("inspect", "--format", "{{.State.Pid}}", box);
        Path process = Path.of("/proc", pid, "comm");
        Waiting.until(Duration.ofSeconds(30), () -> box + " runs its program", () -> runs(process, "sleep"));
    }

    private static boolean runs(Path comm, String program) {
        try {
            return Files.readString(comm).strip().equals(program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void volumesHaveItsIdsAndBindsThoseOfTheHost() throws IOException {
        Path bound = dir.resolve("made/by/bind");
        stock.out(
                "run",
                "-d",
                "--name",
                "box",
                "--network",
                "none",
                "-v",
                "data:/data",
                "-v",
                bound + ":/bound",
                "busybox:it",
                "sleep",
                "1000");
        sh("box", "touch /data/x /bound/x && busybox chown 33 /data/x");
        assertThat(owner(bound)).isEqualTo(FIRST);
        assertThat(owner(bound.resolve("x"))).isEqualTo(FIRST);
        Path data = Path.of(stock.out("volume", "inspect", "--format", "{{.Mountpoint}}", "data"));
        assertThat(owner(data.resolve("x"))).isEqualTo(33);
        Path given = Files.writeString(dir.resolve("gift"), "x");
        for (String name : List.of("running", "stopped")) {
            Files.setAttribute(given, "unix:uid", 7);
            stock.out("cp", "-qa", given.toString(), "box:/bound/" + name);
            stock.out("cp", "-qa", given.toString(), "box:/data/" + name);
            assertThat(owner(bound.resolve(name))).as(name).isEqualTo(FIRST + 7);
            assertThat(owner(data.resolve(name))).as(name).isEqualTo(7);
            stock.out("stop", "-t", "0", "box");
        }
        stock.out("start", "box");
        assertThat(sh("box", "ls -ln /data /bound")).doesNotContain("65534");
        assertThat(stock.out(
                        "run",
                        "--rm",
                        "--network",
                        "none",
                        "-v",
                        bound + ":/b:idmap=uids=" + FIRST + "-5-1",
                        "busybox:it",
                        "ls",
                        "-ln",
                        "/b/x"))
                .startsWith("-rw-r--r--    1 5 ");
    }

    @Test
    void anExecIsInItsNamespaceAlsoOfTheNextDaemon() throws IOException {
        stock.out("run", "-d", "--name", "box", "--network", "none", "busybox:it", "sleep", "1000");
        stock.daemon().kill();
        stock.daemon().startAgain();
        assertThat(map(sh("box", "cat /proc/self/uid_map"))).isEqualTo(MAP);
        // The pipes are its own: it may open them again.
        assertThat(stock.out("exec", "-u", "user", "box", "sh", "-c", "id -u > /dev/stdout"))
                .isEqualTo("1000");
        assertThat(stock.out(
                        "run",
                        "--rm",
                        "--network",
                        "none",
                        "-u",
                        "user",
                        "busybox:it",
                        "sh",
                        "-c",
                        "echo up > /dev/stdout"))
                .isEqualTo("up");
        assertThat(stock.out("exec", "--privileged", "box", "sh", "-c", "hostname other && hostname"))
                .isEqualTo("other");
    }

    @Test
    void portsNamesAndOthersNamespacesWork() throws IOException {
        stock.out("network", "create", "mapped");
        stock.out(
                "run",
                "-d",
                "--name",
                "web",
                "--network",
                "mapped",
                "-p",
                "8080:80",
                "busybox:it",
                "sh",
                "-c",
                "echo hello > /tmp/index.html; exec httpd -f -h /tmp");
        stock.out("run", "-d", "--name", "box", "--network", "mapped", "busybox:it", "sleep", "1000");
        String asks = "for i in $(busybox seq 300); do wget -qO- http://web && break; sleep 0.1; done";
        assertThat(stock.docker().run("exec", "box", "sh", "-c", asks).out()).isEqualTo("hello\n");
        assertThat(stock.onHost("busybox", "wget", "-qO-", "http://127.0.0.1:8080"))
                .isEqualTo("hello");
        assertThat(stock.out(
                        "run", "--rm", "--network", "container:web", "busybox:it", "wget", "-qO-", "http://127.0.0.1"))
                .isEqualTo("hello");
        assertThat(stock.out("run", "--rm", "--network", "none", "--pid", "container:web", "busybox:it", "ps"))
                .contains("httpd -f");
        assertThat(stock.refusal(
                        "run", "--rm", "--network", "container:web", "--pid", "container:box", "busybox:it", "true"))
                .contains("share those of one");
        stock.out("rm", "-f", "web", "box");
        stock.out("network", "rm", "mapped");
    }

    @Test
    void whatTheKernelGrantsNobodyThereIsRefusedInTheWordsOfADockerd() throws IOException {
        Map<String, String> refused = Map.of(
                "--privileged",
                        "privileged mode is incompatible with user namespaces.  You must run the container in the"
                                + " host namespace when running privileged mode",
                "--network=host", "cannot share the host's network namespace when user namespaces are enabled",
                "--pid=host", "cannot share the host PID namespace when user namespaces are enabled");
        for (var entry : refused.entrySet()) {
            assertThat(stock.refusal("create", entry.getKey(), "busybox:it", "true"))
                    .contains(entry.getValue());
            assertThat(stock.out("run", "--rm", "--userns=host", entry.getKey(), "busybox:it", "echo", "fine"))
                    .isEqualTo("fine");
        }
    }
}
