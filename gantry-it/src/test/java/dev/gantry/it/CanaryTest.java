package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Requests that name places outside of a container, an image or a volume, in every way a name can: what is there stays
/// as it is, with its times and modes, and is in no answer. Links that are swapped meanwhile: [StockFilesTest].
@Tag("kernel")
@Timeout(180)
class CanaryTest {
    private static final String TOLD = "the canary sings";
    private static final String JSON = "application/json";
    private static final String TAR = "application/x-tar";
    private static final String UP = "../../../../../../../../../..";

    @TempDir
    static Path dir;

    private static StockDaemon stock;
    private static Path outside;

    private Map<String, String> before;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(Files.createDirectory(dir.resolve("in")));
        outside = Files.createDirectories(dir.resolve("out/d")).getParent();
        Files.writeString(outside.resolve("secret"), TOLD);
        Files.writeString(outside.resolve("d/config.json"), "{\"description\":\"" + TOLD + "\"}");
        Files.setPosixFilePermissions(outside.resolve("secret"), PosixFilePermissions.fromString("rw-r-----"));
        Files.createSymbolicLink(outside.resolve("link"), Path.of("secret"));
        for (String name : List.of("secret", "d/config.json", "d", ".")) {
            Files.setLastModifiedTime(outside.resolve(name), FileTime.from(Instant.ofEpochSecond(1_000_000_000)));
        }
        stock.out(
                "run",
                "-d",
                "--name",
                "box",
                "--network",
                "none",
                "--stop-signal",
                "KILL",
                "busybox:it",
                "sleep",
                "9999");
        stock.out("create", "--name", "still", "--network", "none", "busybox:it", "true");
        stock.out(
                "exec",
                "box",
                "sh",
                "-c",
                "cd /tmp; mkdir in; busybox ln -s " + outside + " abs; busybox ln -s " + UP + outside
                        + " up; busybox ln -s /proc/1/root" + outside + " proc; busybox ln -s " + outside
                        + "/secret in/file");
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    @BeforeEach
    void look() throws IOException {
        before = state();
    }

    @AfterEach
    void nothingHasChanged() throws IOException {
        assertThat(state()).isEqualTo(before);
    }

    /// All there is outside, and the names beside the places of the daemon.
    private static Map<String, String> state() throws IOException {
        Map<String, String> found = new TreeMap<>();
        for (Path p : HostState.below(outside)) {
            Map<String, Object> a = Files.readAttributes(
                    p, "unix:mode,uid,gid,nlink,ino,size,lastModifiedTime,ctime", LinkOption.NOFOLLOW_LINKS);
            found.put(p.toString(), new TreeMap<>(a) + (Files.isRegularFile(p) ? Files.readString(p) : ""));
        }
        for (Path place : List.of(
                dir, dir.resolve("in"), stock.daemon().data(), stock.daemon().run())) {
            try (Stream<Path> names = Files.list(place)) {
                // The database has its files when it needs them, and plugins their place with the first of them.
                found.put(
                        place.toString(),
                        names.map(n -> n.getFileName().toString())
                                .filter(n -> !n.startsWith("gantry.db") && !n.equals("plugins"))
                                .sorted()
                                .toList()
                                .toString());
            }
        }
        return found;
    }

    /// Says what came, for the test to look at.
    private static String ask(String route, String type, byte[] body) throws IOException {
        String answer = RawRequest.ask(dir.resolve("in/s"), route, type, body);
        assertThat(answer)
                .as(route)
                .startsWith("HTTP/1.1 ")
                .doesNotContain(TOLD)
                .doesNotContain("internal error");
        return answer;
    }

    private static void refused(String route, String type, byte[] body) throws IOException {
        assertThat(ask(route, type, body)).as(route).matches("(?s)HTTP/1\\.1 4.*|.*\"errorDetail\".*");
    }

    private static List<String> places() {
        return List.of(
                outside.toString(),
                UP + outside,
                "/tmp/abs",
                "/tmp/up",
                "/tmp/proc",
                "/tmp/in/" + UP + outside,
                "/proc/1/root" + outside,
                "/proc/self/root" + outside,
                "/proc/self/cwd/" + UP + outside,
                "/dev/fd/../root" + outside);
    }

    /// What the others never see can be seen.
    @Test
    void whoMountsItReadsIt() throws IOException {
        stock.out("create", "--name", "may", "--network", "none", "-v", outside + ":/mnt:ro", "busybox:it", "true");
        stock.out("start", "-a", "may");
        assertThat(RawRequest.ask(
                        dir.resolve("in/s"), "GET /containers/may/archive?path=/mnt/secret", JSON, new byte[0]))
                .startsWith("HTTP/1.1 200 ")
                .contains(TOLD);
        stock.out("rm", "may");
    }

    @Test
    void nothingOutsideIsReadThroughArchives() throws IOException {
        for (String box : List.of("box", "still")) {
            for (String place : places()) {
                for (String name : List.of("/secret", "/d", "/link", "/d/../secret", "")) {
                    String route = " /containers/" + box + "/archive?path=" + place + name;
                    ask("GET" + route, JSON, new byte[0]);
                    ask("HEAD" + route, JSON, new byte[0]);
                }
            }
        }
        ask("GET /containers/box/archive?path=/tmp/in/file", JSON, new byte[0]);
        ask("GET /containers/box/archive?path=/tmp/in", JSON, new byte[0]);
    }

    private static List<byte[]> hostile() {
        String secret = outside + "/secret";
        return List.of(
                RawRequest.archive(RawRequest.file("secret", "x"), RawRequest.file("new", "x")),
                RawRequest.archive(RawRequest.file(UP + secret, "x"), RawRequest.file(UP + outside + "/new", "x")),
                RawRequest.archive(RawRequest.file(secret, "x"), RawRequest.file(outside + "/new", "x")),
                RawRequest.archive(
                        RawRequest.entry('2', "l", outside.toString(), 0),
                        RawRequest.file("l/secret", "x"),
                        RawRequest.file("l/new", "x"),
                        RawRequest.entry('5', "l/d", "", 0)),
                RawRequest.archive(
                        RawRequest.entry('2', "l", UP + outside, 0),
                        RawRequest.entry('2', "m", "l/d", 0),
                        RawRequest.file("m/config.json", "x"),
                        RawRequest.entry('5', "m/new", "", 0)),
                RawRequest.archive(RawRequest.entry('1', "hard", secret, 0), RawRequest.file("hard", "x")),
                RawRequest.archive(RawRequest.entry('1', "hard", UP + secret, 0), RawRequest.file("hard", "x")),
                RawRequest.archive(
                        RawRequest.entry('2', "soft", secret, 0),
                        RawRequest.entry('1', "hard", "soft", 0),
                        RawRequest.file("hard", "x"),
                        RawRequest.file("soft", "x")),
                RawRequest.archive(RawRequest.entry('5', UP + outside + "/d", "", 0)),
                RawRequest.archive(RawRequest.file(UP + outside + "/.wh.secret", "")),
                RawRequest.archive(
                        RawRequest.entry('2', "l", outside.toString(), 0), RawRequest.file("l/.wh.secret", "")),
                RawRequest.archive(
                        RawRequest.entry('2', "l", outside.toString(), 0), RawRequest.file("l/.wh..wh..opq", "")));
    }

    @Test
    void nothingOutsideIsWrittenThroughArchives() throws IOException {
        List<String> targets = new ArrayList<>(places());
        targets.addAll(List.of("/", "/tmp", "/tmp/in"));
        for (String box : List.of("box", "still")) {
            for (String place : targets) {
                for (byte[] archive : hostile()) {
                    ask("PUT /containers/" + box + "/archive?path=" + place, TAR, archive);
                }
            }
        }
        assertThat(stock.out("cp", "box:/tmp", "-")).doesNotContain(TOLD);
    }

    @Test
    void imagesTakeNothingFromOutsideAndPutNothingThere() throws IOException {
        int number = 0;
        for (byte[] archive : hostile()) {
            ask("POST /images/create?fromSrc=-&repo=hostile&tag=t" + number++, TAR, archive);
            ask("POST /images/load", TAR, archive);
        }
        for (String name : List.of(outside + "/secret", UP + outside + "/secret", "link")) {
            refused(
                    "POST /images/load",
                    TAR,
                    RawRequest.archive(
                            RawRequest.entry('2', "link", outside + "/secret", 0),
                            RawRequest.file(
                                    "manifest.json", "[{\"Config\":\"" + name + "\",\"Layers\":[\"" + name + "\"]}]")));
            refused(
                    "POST /images/load",
                    TAR,
                    RawRequest.archive(
                            RawRequest.entry('2', "blobs", outside.toString(), 0),
                            RawRequest.entry('2', "index.json", outside + "/d/config.json", 0),
                            RawRequest.file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")));
        }
        for (String id : stock.out("images", "-q", "hostile").lines().distinct().toList()) {
            String box = stock.out("create", "--network", "none", id, "x");
            assertThat(stock.docker().run("export", box).out()).doesNotContain(TOLD);
            stock.out("rm", box);
            ask("GET /images/" + id + "/get", JSON, new byte[0]);
        }
    }

    @Test
    void pluginsTakeNothingFromOutsideAndPutNothingThere() throws IOException {
        for (byte[] archive : hostile()) {
            refused("POST /plugins/create?name=hostile", TAR, archive);
        }
        refused(
                "POST /plugins/create?name=hostile",
                TAR,
                RawRequest.archive(
                        RawRequest.entry('2', "config.json", outside + "/d/config.json", 0),
                        RawRequest.entry('2', "rootfs", outside.toString(), 0)));
        for (String name : List.of("..", UP, UP + outside, outside.toString(), "a/" + UP + outside)) {
            refused("POST /plugins/create?name=" + name, TAR, RawRequest.archive(RawRequest.file("config.json", "{}")));
            refused("GET /plugins/" + name.replace("/", "%2f") + "/json", JSON, new byte[0]);
            refused("DELETE /plugins/" + name.replace("/", "%2f"), JSON, new byte[0]);
        }
    }

    @Test
    void noNameLeadsOutside() throws IOException {
        for (String name :
                List.of("..", ".", UP, UP + outside, outside.toString(), outside + "/new", "a/../..", "a\\u0000b")) {
            String quoted = "\"" + name + "\"";
            byte[] named = ("{\"Name\":" + quoted + "}").getBytes(StandardCharsets.UTF_8);
            byte[] image = "{\"Image\":\"busybox:it\"}".getBytes(StandardCharsets.UTF_8);
            String encoded = name.replace("/", "%2f").replace("\\u0000", "%00");
            refused("POST /volumes/create", JSON, named);
            refused("GET /volumes/" + encoded, JSON, new byte[0]);
            refused("DELETE /volumes/" + encoded + "?force=0", JSON, new byte[0]);
            refused("POST /containers/create?name=" + encoded, JSON, image);
            refused("POST /containers/still/rename?name=" + encoded, JSON, new byte[0]);
            refused("GET /containers/" + encoded + "/json", JSON, new byte[0]);
            refused("GET /containers/" + encoded + "/logs?stdout=1", JSON, new byte[0]);
            refused("DELETE /containers/" + encoded, JSON, new byte[0]);
            refused("GET /images/" + encoded + "/json", JSON, new byte[0]);
            refused("POST /images/busybox:it/tag?repo=" + encoded, JSON, new byte[0]);
            refused("POST /commit?container=still&repo=" + encoded, JSON, new byte[0]);
            refused("GET /exec/" + encoded + "/json", JSON, new byte[0]);
        }
    }

    /// They are fields for the client, who writes such files itself, or name what only an engine may write.
    @Test
    void noFieldHasTheEngineWriteOutside() throws IOException {
        for (String host : List.of(
                "\"ContainerIDFile\":\"" + outside + "/new\"",
                "\"LogConfig\":{\"Type\":\"json-file\",\"Config\":{\"path\":\"" + outside + "/new\"}}",
                "\"CgroupParent\":\"" + UP + outside + "\"",
                "\"VolumesFrom\":[\"" + UP + outside + "\"]",
                "\"Tmpfs\":{\"/x/" + UP + outside + "\":\"\"}")) {
            String answer = ask(
                    "POST /containers/create?name=field",
                    JSON,
                    ("{\"Image\":\"busybox:it\",\"Cmd\":[\"cat\",\"" + outside
                                    + "/secret\"],\"HostConfig\":{\"NetworkMode\":\"none\"," + host + "}}")
                            .getBytes(StandardCharsets.UTF_8));
            if (answer.startsWith("HTTP/1.1 201 ")) {
                stock.docker().run("start", "-a", "field");
                assertThat(stock.docker().run("logs", "field").out()).doesNotContain(TOLD);
                stock.out("rm", "-f", "field");
            }
        }
        ask(
                "POST /containers/box/checkpoints",
                JSON,
                ("{\"CheckpointID\":\"" + UP + outside + "/new\",\"CheckpointDir\":\"" + outside + "\"}")
                        .getBytes(StandardCharsets.UTF_8));
    }
}
