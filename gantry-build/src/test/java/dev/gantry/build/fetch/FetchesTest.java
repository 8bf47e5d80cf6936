package dev.gantry.build.fetch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.SpooledTree;
import dev.gantry.build.frontend.GitUrl;
import dev.gantry.build.graph.Op;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.build.solve.Lent;
import dev.gantry.linux.Errno;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.RecordingKernel;
import dev.gantry.linux.Sys;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FetchesTest {
    private static final Linux LINUX = Linux.host();

    private static final Map<String, String> IDENTITY = Map.of(
            "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_NOSYSTEM", "1",
            "GIT_AUTHOR_NAME", "me",
            "GIT_AUTHOR_EMAIL", "me@example.com",
            "GIT_COMMITTER_NAME", "me",
            "GIT_COMMITTER_EMAIL", "me@example.com");

    @TempDir
    Path directory;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private Shelf shelf;
    private Fetches fetches;

    @BeforeEach
    void start() throws IOException {
        Path checkouts = Files.createDirectory(directory.resolve("checkouts"));
        shelf = new Shelf(LINUX, Files.createDirectory(directory.resolve("shelf")), Clock.systemUTC());
        fetches = new Fetches(LINUX, checkouts, shelf, new Random(1));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        shelf.close();
    }

    private String at(String path) {
        return "http://localhost:" + server.getAddress().getPort() + path;
    }

    private void answer(HttpExchange exchange, int status, String body) throws IOException {
        asked.add(exchange.getRequestURI() + " " + status);
        byte[] bytes = body.getBytes(UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private static Op.HttpSource file(String url, String name) {
        return new Op.HttpSource(url, Optional.empty(), name, 0600, 0, 0);
    }

    private static String text(SourceTree tree, String name) throws IOException {
        return new String(tree.read(name, 1 << 20), UTF_8);
    }

    @Test
    void aFileIsSentAgainOnlyWhenItIsAnother() throws Exception {
        var version = new String[] {"one"};
        server.createContext("/f", exchange -> {
            exchange.getResponseHeaders().set("ETag", "\"" + version[0] + "\"");
            exchange.getResponseHeaders().set("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
            boolean same = ("\"" + version[0] + "\"")
                    .equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
            answer(exchange, same ? 304 : 200, same ? "" : version[0]);
        });
        for (int i = 0; i < 2; i++) {
            try (SourceTree tree = fetches.file(file(at("/f"), "f"))) {
                assertThat(text(tree, "f")).isEqualTo("one");
                assertThat(tree.names("")).containsExactly("f");
                assertThat(tree.find("f").orElseThrow().mode()).isEqualTo(0600);
                assertThat(tree.find("f").orElseThrow().modified()).isEqualTo(Instant.parse("1994-11-06T08:49:37Z"));
                assertThat(tree.timesAreChance()).isFalse();
                assertThat(tree.digest("f")).isEqualTo(Digest.sha256Of("one").hex());
            }
        }
        version[0] = "two";
        try (SourceTree tree = fetches.file(file(at("/f"), "f"))) {
            assertThat(text(tree, "f")).isEqualTo("two");
        }
        assertThat(asked).containsExactly("/f 200", "/f 304", "/f 200");
    }

    @Test
    void aFileWithTheDigestThatIsWantedIsNotAskedForAgain() throws Exception {
        server.createContext("/f", exchange -> answer(exchange, 200, "bytes"));
        var right = new Op.HttpSource(at("/f"), Optional.of(Digest.sha256Of("bytes")), "f", 0600, 0, 0);
        fetches.file(right).close();
        fetches.file(right).close();
        assertThat(asked).containsExactly("/f 200");
        var wrong = new Op.HttpSource(at("/f"), Optional.of(Digest.sha256Of("others")), "f", 0600, 0, 0);
        assertThatThrownBy(() -> fetches.file(wrong))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("digest mismatch");
    }

    @Test
    void aFileThatWasCutByAFailureIsNotBelieved() throws Exception {
        server.createContext("/f", exchange -> answer(exchange, 200, "bytes"));
        var right = new Op.HttpSource(at("/f"), Optional.of(Digest.sha256Of("bytes")), "f", 0600, 0, 0);
        fetches.file(right).close();
        try (var all = Files.walk(directory.resolve("shelf"))) {
            Path body = all.filter(path -> path.endsWith("body")).findFirst().orElseThrow();
            Files.writeString(body, "byt");
        }
        try (SourceTree tree = fetches.file(right)) {
            assertThat(text(tree, "f")).isEqualTo("bytes");
        }
        assertThat(asked).containsExactly("/f 200", "/f 200");
    }

    @Test
    void theServerNamesWhatHasNoName() throws Exception {
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders()
                    .set("Content-Disposition", exchange.getRequestURI().getQuery());
            answer(exchange, 200, "x");
        });
        var names = new ArrayList<String>();
        for (String said :
                List.of("attachment;filename=%22a%20b%22", "attachment;filename=%22../../etc%22", "inline")) {
            try (SourceTree tree = fetches.file(file(at("/d/?" + said), ""))) {
                names.addAll(tree.names(""));
            }
        }
        assertThat(names).containsExactly("a b", "download", "download");
    }

    @Test
    void redirectsAreFollowedAndFailuresSayWhy() throws Exception {
        server.createContext("/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", at("/there"));
            answer(exchange, 302, "");
        });
        server.createContext("/there", exchange -> answer(exchange, 200, "found"));
        server.createContext("/none", exchange -> answer(exchange, 404, "no"));
        server.createContext("/cut", exchange -> {
            exchange.sendResponseHeaders(200, 1000);
            exchange.getResponseBody().write(1);
            exchange.getResponseBody().flush();
            exchange.close();
        });
        try (SourceTree tree = fetches.file(file(at("/moved"), "f"))) {
            assertThat(text(tree, "f")).isEqualTo("found");
        }
        assertThatThrownBy(() -> fetches.file(file(at("/none"), "f")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("404");
        assertThatThrownBy(() -> fetches.file(file(at("/cut"), "f"))).isInstanceOf(Unavailable.class);
        for (String odd : List.of("file:///etc/passwd", "ftp://localhost/x", "http:///x", "http://a b/")) {
            assertThatThrownBy(() -> fetches.file(file(odd, "f"))).isInstanceOf(InvalidArgument.class);
        }
        assertThatThrownBy(() -> fetches.file(file("ftp://me:word@localhost/x", "f")))
                .hasMessageNotContaining("word");
    }

    @Test
    void whatIsFetchedIsCountedAndPruned() throws Exception {
        server.createContext("/f", exchange -> answer(exchange, 200, "bytes"));
        try (SourceTree _ = fetches.file(file(at("/f"), "f"))) {
            assertThat(shelf.rows()).hasSize(1).first().satisfies(row -> {
                assertThat(row.label().type()).isEqualTo("source.http");
                assertThat(row.bytes()).isPositive();
            });
        }
        assertThat(shelf.prune(1 << 30, Instant.MAX)).isEmpty();
        assertThat(shelf.prune(0, Instant.EPOCH)).isEmpty();
        assertThat(shelf.prune(0, Instant.MAX)).hasSize(1);
        assertThat(directory.resolve("shelf")).isEmptyDirectory();
    }

    // repositories

    /// A repository behind a web server that gives its files as they are, gitprotocol-http(5) "dumb".
    private Path repository() throws Exception {
        Path work = Files.createDirectory(directory.resolve("work"));
        git(work, "init", "-q", "-b", "main");
        Files.createDirectories(work.resolve("sub"));
        Files.writeString(work.resolve("sub/file"), "first");
        commit(work, "one");
        git(work, "tag", "-a", "v1", "-m", "the first");
        Files.writeString(work.resolve("sub/file"), "second");
        Files.writeString(work.resolve("Dockerfile"), "FROM scratch");
        commit(work, "two");
        served(work);
        return work;
    }

    private void served(Path work) throws Exception {
        git(work, "update-server-info");
        served("/r.git", "", work);
    }

    /// @param login that is asked for; empty: none
    private void served(String name, String login, Path work) {
        server.createContext(name, exchange -> {
            String below = exchange.getRequestURI().getPath().substring(name.length());
            String given = exchange.getRequestHeaders().getFirst("Authorization");
            if (!login.isEmpty()
                    && !("Basic " + Base64.getEncoder().encodeToString(login.getBytes(UTF_8))).equals(given)) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"r\"");
                answer(exchange, 401, "no");
                return;
            }
            Path file = work.resolve(".git" + below);
            asked.add(below);
            byte[] bytes = Files.isRegularFile(file) ? Files.readAllBytes(file) : new byte[0];
            exchange.sendResponseHeaders(bytes.length == 0 ? 404 : 200, bytes.length == 0 ? -1 : bytes.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        });
    }

    private static void commit(Path work, String message) throws Exception {
        git(work, "add", "-A");
        git(work, "commit", "-q", "-m", message);
    }

    private static String git(Path work, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("git"));
        all.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(all).directory(work.toFile()).redirectErrorStream(true);
        builder.environment().putAll(IDENTITY);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as("%s: %s", all, out).isZero();
        return out.strip();
    }

    private Op.GitSource source(String ref, String below, boolean keep) {
        return new Op.GitSource(at("/r.git"), ref, below, "", keep, true);
    }

    @Test
    void aRepositoryIsKnownByItsCommitAndFetchedWhenSomebodyLooks() throws Exception {
        Path work = repository();
        var branch = fetches.repository(source("main", "", false), Lent.NOTHING);
        assertThat(asked).as("only its references").allMatch(a -> a.equals("/info/refs") || a.equals("/HEAD"));
        var head = fetches.repository(source("", "", false), Lent.NOTHING);
        var commit = fetches.repository(source(git(work, "rev-parse", "HEAD"), "", false), Lent.NOTHING);
        assertThat(head.identity()).isEqualTo(branch.identity()).isEqualTo(commit.identity());
        try (SourceTree tree = branch.tree()) {
            assertThat(tree.names("")).containsExactly("Dockerfile", "sub");
            assertThat(text(tree, "sub/file")).isEqualTo("second");
        }
        try (SourceTree tree = commit.tree()) {
            assertThat(tree.names("")).contains("sub");
        }
        head.tree().close();
        assertThat(directory.resolve("checkouts")).as("nothing stays").isEmptyDirectory();
    }

    @Test
    void aTagAndADirectoryOfARepositoryAreFound() throws Exception {
        repository();
        var tagged = fetches.repository(source("v1", "sub", false), Lent.NOTHING);
        assertThat(tagged.identity())
                .isNotEqualTo(fetches.repository(source("main", "sub", false), Lent.NOTHING)
                        .identity());
        try (SourceTree tree = tagged.tree()) {
            assertThat(tree.names("")).containsExactly("file");
            assertThat(text(tree, "file")).isEqualTo("first");
        }
        try (SourceTree tree =
                fetches.repository(source("main", "", true), Lent.NOTHING).tree()) {
            assertThat(tree.names("")).contains(".git");
        }
        assertThatThrownBy(() -> fetches.repository(source("none", "", false), Lent.NOTHING))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("no reference none");
        try (SourceTree tree =
                fetches.repository(source("main", "none", false), Lent.NOTHING).tree()) {
            assertThatThrownBy(() -> tree.names("")).isInstanceOf(NotFound.class);
        }
        var wrong = new Op.GitSource(at("/r.git"), "main", "", "0123", false, true);
        assertThatThrownBy(() -> fetches.repository(wrong, Lent.NOTHING)).hasMessageContaining("expected checksum");
        assertThat(directory.resolve("checkouts")).isEmptyDirectory();
    }

    @Test
    void nothingThatARepositoryOrAnAddressSaysIsRunHere() throws Exception {
        Path work = repository();
        Path proof = directory.resolve("proof");
        Files.writeString(work.resolve(".gitmodules"), """
                [submodule "s"]
                    path = s
                    url = file://%s/.git
                """.formatted(work));
        git(work, "add", ".gitmodules");
        git(work, "update-index", "--add", "--cacheinfo", "160000," + git(work, "rev-parse", "HEAD") + ",s");
        git(work, "commit", "-q", "-m", "with a submodule of this host");
        git(work, "update-server-info");
        try (SourceTree tree =
                fetches.repository(source("main", "", false), Lent.NOTHING).tree()) {
            assertThatThrownBy(() -> tree.names(""))
                    .isInstanceOf(GantryException.class)
                    .hasMessageContaining("not allowed");
        }
        for (String url : List.of("--upload-pack=touch " + proof, "ext::sh -c touch% " + proof, "file://" + work)) {
            assertThatThrownBy(
                            () -> fetches.repository(new Op.GitSource(url, "main", "", "", false, true), Lent.NOTHING))
                    .isInstanceOf(GantryException.class);
        }
        assertThatThrownBy(() -> fetches.repository(source("--exec=touch", "", false), Lent.NOTHING))
                .isInstanceOf(InvalidArgument.class);
        assertThat(proof).doesNotExist();
        assertThat(directory.resolve("checkouts")).isEmptyDirectory();
    }

    @Test
    void aTokenGoesToItsServerAlone() throws Exception {
        var logins = new CopyOnWriteArrayList<String>();
        server.createContext("/private.git", exchange -> {
            logins.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            answer(exchange, 404, "no");
        });
        var source = new Op.GitSource(at("/private.git"), "", "", "", false, true);
        assertThatThrownBy(() -> fetches.repository(source, Lent.of(Map.of("GIT_AUTH_TOKEN", "word".getBytes(UTF_8)))))
                .isInstanceOf(Unavailable.class)
                .hasMessageNotContaining("word");
        assertThat(logins).first().asString().startsWith("Basic ");
        logins.clear();
        var others = Lent.of(Map.of("GIT_AUTH_TOKEN.example.com", "word".getBytes(UTF_8)));
        assertThatThrownBy(() -> fetches.repository(source, others)).isInstanceOf(Unavailable.class);
        assertThat(logins).isNotEmpty().allMatch("null"::equals);
    }

    @Test
    void aTokenIsNotSentOnWhereverAServerPoints() throws Exception {
        var logins = new CopyOnWriteArrayList<String>();
        HttpServer other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        other.createContext("/", exchange -> {
            logins.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            answer(exchange, 404, "no");
        });
        other.start();
        try {
            server.createContext("/moved.git", exchange -> {
                String there = "http://127.0.0.1:" + other.getAddress().getPort() + exchange.getRequestURI();
                exchange.getResponseHeaders().set("Location", there);
                answer(exchange, 302, "");
            });
            var source = new Op.GitSource(at("/moved.git"), "", "", "", false, true);
            var secrets = Lent.of(Map.of("GIT_AUTH_TOKEN", "word".getBytes(UTF_8)));
            assertThatThrownBy(() -> fetches.repository(source, secrets)).isInstanceOf(Unavailable.class);
            assertThat(logins).isEmpty();
        } finally {
            other.stop(0);
        }
    }

    private static void read(SourceTree tree, String below, Map<String, String> into) throws IOException {
        for (String name : tree.names(below)) {
            String path = below.isEmpty() ? name : below + "/" + name;
            if (tree.find(path).orElseThrow().type() == FileType.DIRECTORY) {
                into.put(path, "a directory");
                read(tree, path, into);
            } else {
                into.put(path, new String(tree.read(path, 1 << 20), ISO_8859_1));
            }
        }
    }

    private Map<String, String> whole(Op.GitSource source) throws Exception {
        var all = new TreeMap<String, String>();
        try (SourceTree tree = fetches.repository(source, Lent.NOTHING).tree()) {
            read(tree, "", all);
        }
        return all;
    }

    @Test
    void aCheckoutWithItsGitDirectoryIsTheSameEachTime() throws Exception {
        Path work = repository();
        String commit = git(work, "rev-parse", "HEAD");
        Map<String, String> first = whole(source(commit, "", true));
        git(work, "checkout", "-q", "-b", "other");
        Files.writeString(work.resolve("more"), "more");
        commit(work, "three");
        git(work, "tag", "later");
        git(work, "update-server-info");
        Map<String, String> second = whole(source(commit, "", true));
        assertThat(first).containsKeys(".git/HEAD", ".git/index", "sub/file");
        assertThat(second.keySet()).isEqualTo(first.keySet());
        first.forEach((path, text) -> assertThat(second).as(path).containsEntry(path, text));
    }

    @Test
    void aPasswordInAnAddressOpensItsServerAndIsKeptNowhere() throws Exception {
        Path work = repository();
        served("/p.git", "me:word", work);
        String address = at("/p.git").replace("://", "://me:word@");
        Map<String, String> files = whole(new Op.GitSource(address, "main", "", "", true, true));
        assertThat(files).containsKey(".git/config");
        assertThat(files.values()).noneMatch(text -> text.contains("word"));
        assertThat(files.get(".git/config")).contains(at("/p.git"));
        assertThatThrownBy(() -> GitUrl.read("https://me:word@host/r.git?ref=a&ref=b"))
                .hasMessageContaining("host/r.git")
                .hasMessageNotContaining("word");
        assertThat(Git.plain("ssh://git:word@host/r.git")).isEqualTo("ssh://git@host/r.git");
        assertThat(Git.plain("git@host:r.git")).isEqualTo("git@host:r.git");
    }

    @Test
    void keysOfThisHostAreNobodys() {
        assertThat(Git.forServer("ssh://git@host/r.git", "").environment().get("GIT_SSH_COMMAND"))
                .contains("IdentitiesOnly=yes", "IdentityFile=none", "IdentityAgent=none");
    }

    @Test
    void aCheckoutHasOnlySoManyBytes() throws Exception {
        repository();
        Path place = Files.createDirectory(directory.resolve("bounded"));
        try (SourceTree tree = new Checkouts(LINUX, place, new Random(1), 1000)
                .find(source("main", "", false), "")
                .tree()) {
            assertThatThrownBy(() -> tree.names(""))
                    .isInstanceOf(InvalidArgument.class)
                    .hasMessageContaining("more than 1000 bytes");
        }
        assertThat(place).isEmptyDirectory();
    }

    @Test
    void whatCannotBeDeletedKeepsNobodyFromStarting() throws Exception {
        Path place = Files.createDirectory(directory.resolve("left"));
        Files.createDirectory(place.resolve("checkout"));
        var kernel = new RecordingKernel().fail(Sys.UNLINKAT, Errno.EBUSY);
        var checkouts = new Checkouts(Linux.over(kernel), place, new Random(1), 1000);
        assertThat(checkouts).isNotNull();
        assertThat(kernel.lines()).anyMatch(line -> line.startsWith("unlinkat("));
    }

    // contexts

    @Test
    void aContextIsARepositoryAnArchiveOrADockerfile() throws Exception {
        repository();
        server.createContext("/D", exchange -> answer(exchange, 200, "FROM scratch\n"));
        Path tar = directory.resolve("c.tar.xz");
        Process packing = new ProcessBuilder(
                        "tar", "-C", directory.resolve("work").toString(), "-cJf", tar.toString(), "sub")
                .start();
        assertThat(packing.waitFor()).isZero();
        byte[] packed = Files.readAllBytes(tar);
        server.createContext("/c.tar.xz", exchange -> {
            exchange.sendResponseHeaders(200, packed.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(packed);
            }
        });
        try (var spool = LINUX.files().openDirectory(directory.toString())) {
            Fetches.Context text = fetches.context(at("/D"), Lent.NOTHING, () -> SpooledTree.in(LINUX, spool, true));
            Fetches.Context archive =
                    fetches.context(at("/c.tar.xz"), Lent.NOTHING, () -> SpooledTree.in(LINUX, spool, true));
            Fetches.Context git =
                    fetches.context(at("/r.git#main:sub"), Lent.NOTHING, () -> SpooledTree.in(LINUX, spool, true));
            try (SourceTree first = text.tree();
                    SourceTree second = archive.tree();
                    SourceTree third = git.tree()) {
                assertThat(text.dockerfile()).isEqualTo("Dockerfile");
                assertThat(text(first, "Dockerfile")).isEqualTo("FROM scratch\n");
                assertThat(archive.dockerfile()).isEmpty();
                assertThat(text(second, "sub/file")).isEqualTo("second");
                assertThat(text(third, "file")).isEqualTo("second");
            }
        }
    }
}
