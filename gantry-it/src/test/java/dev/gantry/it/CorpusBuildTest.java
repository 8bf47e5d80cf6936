package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The small Dockerfiles whose plans gantry-build's tests compare are built here, as far as all that they need is here:
/// each becomes an image with the history that its plan has.
@Tag("kernel")
@Timeout(120)
class CorpusBuildTest {
    private static final Path CORPUS = Path.of("../gantry-build/src/test/resources/dockerfile-corpus");
    private static final List<String> TOPICS = List.of("file", "variables", "stages", "run", "copy", "config");
    private static final Pattern NOT_HERE =
            Pattern.compile("(?m)^\\d+ = (git|http|.*(ssh|secret|insecure|devices|network host|platform linux/arm))");

    /// Of so many one is built here; `./check peers-build` builds them all.
    private static final int ONE_OF = 3;

    private static final String END = "\u241e";

    @TempDir
    static Path dir;

    private static StockDaemon stock;
    private static final List<byte[]> files = new ArrayList<>();

    record Case(String title, List<String> wishes, String dockerfile, String expected) {
        @Override
        public String toString() {
            return title;
        }

        private List<String> history() {
            return expected.lines()
                    .filter(l -> l.startsWith("+ ") || l.startsWith("- "))
                    .map(l -> l.substring(2))
                    .filter(l -> !l.equals("ADD rootfs.tar /")) // the base's, which is another one here
                    .toList();
        }
    }

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
        Path rootfs = Rootfs.busybox(dir.resolve("stubs"));
        for (String[] row : table("stub")) {
            Path stub = rootfs.resolve("bin").resolve(row[1]);
            Files.deleteIfExists(stub);
            Files.writeString(stub, "#!/bin/sh\nexit 0\n");
            Files.setPosixFilePermissions(stub, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.copy(rootfs.resolve("bin/a"), rootfs.resolve("app"));
        Files.writeString(rootfs.resolve("bin/bash"), "#!/bin/sh\nexec sh \"$@\"\n");
        Files.setPosixFilePermissions(rootfs.resolve("bin/bash"), PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String[] row : table("inside")) {
            Files.createDirectories(rootfs.resolve(row[1]).getParent());
            Files.writeString(rootfs.resolve(row[1]), row[2]);
        }
        Files.writeString(
                rootfs.resolve("etc/passwd"),
                "root:x:0:0:root:/root:/bin/sh\napp:x:100:101::/srv:/bin/sh\nme:x:1000:1001::/:/bin/sh\n");
        Files.writeString(rootfs.resolve("etc/group"), "root:x:0:\napp:x:101:\nus:x:1001:\n");
        Files.createDirectories(rootfs.resolve("srv"));
        stock.out("import", Rootfs.tarball(rootfs, dir.resolve("stubs.tar")).toString(), "stubs");
        for (String[] row : table("file")) {
            files.add(RawRequest.file(row[1], row[2] + "\n"));
        }
        byte[] archive = RawRequest.archive(RawRequest.file("of-archive", "in\n"));
        files.add(RawRequest.file("a.tar", new String(archive, StandardCharsets.ISO_8859_1)));
        files.add(RawRequest.file("a.tar.gz", new String(archive, StandardCharsets.ISO_8859_1)));
        for (String[] row : table("base")) {
            built(row[1], row[2], List.of());
            for (String tag : List.of("1", "2", "1.36", "amd64only")) {
                stock.out("tag", row[1], row[1] + ":" + tag);
            }
        }
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    /// Rows of one kind: kind, name, text.
    private static List<String[]> table(String kind) throws IOException {
        try (Stream<String> lines = Files.lines(CORPUS.resolve("build.tsv"))) {
            return lines.map(l -> l.replace("\\n", "\n").split("\t", -1))
                    .filter(row -> row[0].equals(kind))
                    .toList();
        }
    }

    static List<Case> cases() throws IOException {
        List<Case> all = new ArrayList<>();
        List<String> skipped = table("skip").stream().map(row -> row[1]).toList();
        for (String topic : TOPICS) {
            for (String part :
                    Files.readString(CORPUS.resolve(topic + ".cases")).split("(?m)^=== ", -1)) {
                if (!part.isBlank()) {
                    Case one = read(topic, part);
                    if (!skipped.contains(one.title()) && isBuildable(one)) {
                        all.add(one);
                    }
                }
            }
        }
        assertThat(all).as("what can be built here").hasSizeGreaterThan(80);
        return IntStream.range(0, all.size())
                .filter(i -> i % ONE_OF == 0)
                .mapToObj(all::get)
                .toList();
    }

    private static Case read(String topic, String part) {
        int begin = part.indexOf("\n--\n");
        int end = part.indexOf("\n==>\n");
        List<String> head = part.substring(0, begin).lines().toList();
        List<String> wishes = head.stream()
                .filter(l -> l.startsWith("wish: "))
                .flatMap(l -> Stream.of(l.substring(6).split("; ")))
                .toList();
        String dockerfile = part.substring(begin + 4, Math.max(begin + 4, end))
                .replace("␊", "")
                .replace("␍", "\r")
                .replace("␉", "\t")
                .replace("␠", " ")
                .replace("⌘", "\uFEFF");
        String title = topic + ": " + head.getFirst();
        return new Case(title, wishes, dockerfile, part.substring(end + 5).strip());
    }

    private static boolean isBuildable(Case one) {
        String plan = one.expected().split("\nimage ", 2)[0];
        return one.expected().contains("\nimage linux/")
                && !NOT_HERE.matcher(plan).find()
                && one.wishes().stream().allMatch(w -> w.matches("(?s)(arg|target|label)=.*"));
    }

    private static String built(String name, String dockerfile, List<String> wishes) throws IOException {
        var context = new ByteArrayOutputStream();
        context.writeBytes(RawRequest.file(
                "Dockerfile", new String(dockerfile.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)));
        files.forEach(context::writeBytes);
        context.writeBytes(new byte[1024]);
        Map<String, String> arguments = pairs(wishes, "arg=");
        Request request = Request.post("/build")
                .with("t", name)
                .with("networkmode", "none")
                .with("buildargs", json(arguments))
                .with("labels", json(pairs(wishes, "label=")));
        for (String wish : wishes) {
            if (wish.startsWith("target=")) {
                request = request.with("target", wish.substring(7));
            }
        }
        try (EngineClient client = stock.daemon().client()) {
            String answer =
                    client.raw(request.stream(new ByteArrayInputStream(context.toByteArray()), "application/x-tar"));
            assertThat(answer).as(dockerfile).doesNotContain("errorDetail").contains("Successfully built");
            return answer;
        }
    }

    private static Map<String, String> pairs(List<String> wishes, String kind) {
        Map<String, String> pairs = new LinkedHashMap<>();
        wishes.stream()
                .filter(w -> w.startsWith(kind))
                .map(w -> w.substring(kind.length()).split("=", 2))
                .forEach(pair -> pairs.put(pair[0], pair[1]));
        return pairs;
    }

    private static String json(Map<String, String> pairs) {
        return pairs.entrySet().stream()
                .map(e -> "\"" + e.getKey() + "\":\"" + e.getValue() + "\"")
                .collect(Collectors.joining(",", "{", "}"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachIsBuiltAndHasTheHistoryOfItsPlan(Case one) throws IOException {
        built("made", one.dockerfile(), one.wishes());
        String told = stock.out("history", "--no-trunc", "--format", "{{.CreatedBy}}" + END, "made");
        List<String> history = Stream.of(told.split(END, -1))
                .map(l -> l.replaceFirst("^\n", "").replace("\n", "\\n"))
                .limit(one.history().size())
                .toList()
                .reversed();
        assertThat(history).isEqualTo(one.history());
    }
}
