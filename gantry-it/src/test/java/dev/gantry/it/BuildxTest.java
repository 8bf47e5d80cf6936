package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The unmodified buildx, over BuildKit's doors.
@Tag("kernel")
@Timeout(300)
class BuildxTest {
    @TempDir
    static Path dir;

    @TempDir
    Path context;

    private static StockDaemon stock;
    private static Path buildx;

    @BeforeAll
    static void start() throws IOException {
        buildx = plugin();
        stock = StockDaemon.start(dir);
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    /// The one that `scripts/newer-buildx` has put beside the system, or finds in it.
    private static Path plugin() throws IOException {
        Process search = new ProcessBuilder("../scripts/newer-buildx", "--here")
                .redirectErrorStream(true)
                .start();
        String said = new String(search.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assumeTrue(search.onExit().join().exitValue() == 0, said);
        return Path.of(said);
    }

    private ClientProgram client() throws IOException {
        Files.createDirectories(dir.resolve("config"));
        return new ClientProgram(stock, context, buildx.toString());
    }

    private ClientProgram.Result run(String... words) throws IOException {
        return client().run(Map.of("DOCKER_CONFIG", dir.resolve("config").toString()), words);
    }

    private String built(String... more) throws IOException {
        ClientProgram.Result result = run(words(more));
        assertThat(result.code()).as(result.out()).isZero();
        return result.out();
    }

    private String failed(String... more) throws IOException {
        ClientProgram.Result result = run(words(more));
        assertThat(result.code()).as(result.out()).isNotZero();
        return result.out();
    }

    private static String[] words(String... more) {
        String[] words = new String[more.length + 2];
        words[0] = "build";
        words[1] = "--progress=plain";
        System.arraycopy(more, 0, words, 2, more.length);
        return words;
    }

    private void file(String name, String text) throws IOException {
        Path path = context.resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void aBuildIsShownStepByStepAndItsImageRuns() throws IOException {
        file(
                "Dockerfile",
                "FROM busybox:it\nRUN echo heard && echo made > /made\nCOPY a /a\nCMD [\"cat\",\"/made\",\"/a\"]\n");
        file("a", "copied\n");
        String out = built("-t", "steps:1", "--iidfile", "id", ".");
        assertThat(out)
                .contains("[internal] load build definition from Dockerfile")
                .contains("[1/3] FROM docker.io/library/busybox:it")
                .contains("[2/3] RUN echo heard && echo made > /made")
                .containsPattern("#[0-9]+ [0-9.]+ heard")
                .contains("naming to docker.io/library/steps:1");
        assertThat(stock.out("run", "--rm", "steps:1")).isEqualTo("made\ncopied");
        assertThat(stock.out("images", "-q", "--no-trunc", "steps:1"))
                .isEqualTo(Files.readString(context.resolve("id")));
        assertThat(built("-t", "steps:1", ".")).containsPattern("\\[2/3\\] RUN [^\n]*\n#[0-9]+ CACHED");
    }

    @Test
    void onlyWhatHasChangedIsSentAgain() throws IOException {
        file("Dockerfile", "FROM scratch\nCOPY . /\n");
        file("large", "x".repeat(3_000_000));
        file("small", "before");
        assertThat(built(".")).containsPattern("transferring context: 3\\.[0-9]+MB");
        file("small", "after");
        assertThat(built("-o", "out", ".")).doesNotContainPattern("transferring context: [0-9.]+[kMG]B");
        assertThat(context.resolve("out/small")).hasContent("after");
        assertThat(context.resolve("out/large")).hasSize(3_000_000);
    }

    @Test
    void aStepThatFailsIsShownWithItsLines() throws IOException {
        file("Dockerfile", "FROM busybox:it\nRUN echo said && \\\n  exit 7\n");
        assertThat(failed("."))
                .contains("process \"/bin/sh -c echo said &&   exit 7\" did not complete successfully: exit code: 7")
                .contains("Dockerfile:2")
                .contains(">>> RUN echo said");
    }

    @Test
    void secretsAndFurtherContextsAreLent() throws IOException {
        file("Dockerfile", """
                FROM busybox:it
                RUN --mount=type=secret,id=s wc -c /run/secrets/s
                COPY --from=more . /m
                RUN test -e /m/f && test ! -e /m/left
                """);
        file("s", "0123456789");
        file("more/f", "further");
        file("more/left", "out");
        file("more/.dockerignore", "left");
        assertThat(built("--secret", "id=s,src=s", "--build-context", "more=more", "-o", "type=tar,dest=t.tar", "."))
                .containsPattern("#[0-9]+ [0-9.]+ 10 /run/secrets/s");
        assertThat(context.resolve("t.tar")).isNotEmptyFile();
    }

    @Test
    void aDockerfileIsCheckedWithoutBeingBuilt() throws IOException {
        file("Dockerfile", "FROM busybox:it AS Base\nRUN exit 7\n");
        ClientProgram.Result checked = run("build", "--check", ".");
        assertThat(checked.code()).isEqualTo(1);
        assertThat(checked.out()).contains("StageNameCasing").contains("Dockerfile:1");
        assertThat(run("build", "--call=targets", ".").out()).contains("base (default)");
    }

    @Test
    void bakeBuildsItsTargets() throws IOException {
        file("Dockerfile", "FROM busybox:it AS one\nFROM one AS two\nRUN touch /two\n");
        file("docker-bake.hcl", """
                group "default" {
                  targets = ["one", "two"]
                }
                target "one" {
                  target = "one"
                  tags = ["baked:one"]
                }
                target "two" {
                  target = "two"
                  tags = ["baked:two"]
                }
                """);
        ClientProgram.Result baked = run("bake", "--progress=plain");
        assertThat(baked.code()).as(baked.out()).isZero();
        assertThat(stock.out("run", "--rm", "baked:two", "ls", "/two")).isEqualTo("/two");
        assertThat(stock.out("images", "-q", "baked:one")).isNotEmpty();
    }

    @Test
    void oneTargetOfBakeIsTheBaseOfAnother() throws IOException {
        file("docker-bake.hcl", """
                group "default" {
                  targets = ["app"]
                }
                target "base" {
                  dockerfile-inline = "FROM busybox:it\\nENV FROM_BASE=seen\\nRUN echo base > /base"
                }
                target "app" {
                  contexts = {
                    below = "target:base"
                  }
                  dockerfile-inline = "FROM below\\nRUN echo $FROM_BASE > /app"
                  tags = ["linked:app"]
                }
                """);
        String unnamed = stock.out("images", "-qf", "dangling=true");
        ClientProgram.Result baked = run("bake", "--progress=plain");
        assertThat(baked.code()).as(baked.out()).isZero();
        assertThat(stock.out("images", "-qf", "dangling=true")).isEqualTo(unnamed);
        assertThat(stock.out("run", "--rm", "linked:app", "cat", "/base", "/app"))
                .isEqualTo("base\nseen");
    }

    @Test
    void whatIsKeptIsShownAndTakenAway() throws IOException {
        file("Dockerfile", "FROM busybox:it\nRUN echo kept > /kept\n");
        built(".");
        assertThat(run("du").out()).contains("Total:");
        ClientProgram.Result pruned = run("prune", "-af");
        assertThat(pruned.code()).as(pruned.out()).isZero();
        assertThat(built(".")).doesNotContain("CACHED");
    }

    @Test
    void whatIsNotDoneIsRefusedInWords() throws IOException {
        file("Dockerfile", "FROM busybox:it\n");
        assertThat(failed("--platform", "linux/amd64,linux/arm64", "."))
                .contains("a build is for one platform here yet");
        assertThat(failed("--cache-to", "type=local,dest=c", ".")).contains("caches of type local are not known here");
    }
}
