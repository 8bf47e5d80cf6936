package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `docker build` of the stock client, as it asks an engine without BuildKit.
@Tag("kernel")
@Timeout(180)
class StockBuildTest {
    @TempDir
    static Path dir;

    @TempDir
    Path context;

    private static StockDaemon stock;

    @BeforeAll
    static void start() throws IOException {
        stock = StockDaemon.start(dir);
    }

    @AfterAll
    static void stop() {
        if (stock != null) {
            stock.close();
        }
    }

    private Docker.Result build(String dockerfile, String... more) throws IOException {
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        var docker = new Docker("unix://" + dir.resolve("s"), Map.of("DOCKER_BUILDKIT", "0"));
        String[] words = new String[more.length + 2];
        words[0] = "build";
        System.arraycopy(more, 0, words, 1, more.length);
        words[words.length - 1] = context.toString();
        return docker.run(words);
    }

    private static String out(Docker.Result result) {
        assertThat(result.code()).as(result.err()).isZero();
        return new String(result.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsBuiltRunsAndIsTheSameTheNextTime() throws IOException {
        Files.writeString(context.resolve("a.txt"), "from the context");
        String dockerfile = """
                FROM busybox:it
                WORKDIR /app
                COPY a.txt ./
                RUN cat a.txt > b.txt
                CMD ["cat", "/app/b.txt"]
                """;
        assertThat(out(build(dockerfile, "-t", "built"))).contains("Successfully tagged built:latest");
        assertThat(stock.out("run", "--rm", "--network", "none", "built")).contains("from the context");
        String first = stock.out("inspect", "-f", "{{.Id}}", "built");

        Files.setLastModifiedTime(context.resolve("a.txt"), FileTime.from(Instant.EPOCH));
        assertThat(out(build(dockerfile, "-t", "built"))).contains("Using cache");
        assertThat(stock.out("inspect", "-f", "{{.Id}}", "built")).isEqualTo(first);
        out(build(dockerfile, "-t", "built", "--no-cache"));
        assertThat(stock.out("inspect", "-f", "{{.Id}}", "built")).isEqualTo(first);
    }

    @Test
    void aStepThatFailsGivesItsCodeAndLeavesNothing() throws IOException {
        Docker.Result result = build("FROM busybox:it\nRUN echo told; exit 9\n");
        assertThat(result.code()).isEqualTo(9);
        assertThat(new String(result.bytes(), StandardCharsets.UTF_8)).contains("told");
        assertThat(result.err()).contains("returned a non-zero code: 9");
        assertThat(stock.out("ps", "-aq")).isBlank();
    }

    @Test
    void mountsOfAStepLeaveNoTraceInItsLayer() throws IOException {
        Files.createDirectories(context.resolve("given"));
        Files.writeString(context.resolve("given/file"), "bound");
        out(build("""
                FROM busybox:it
                RUN --mount=type=cache,target=/kept echo once >> /kept/list
                RUN --mount=type=bind,source=given,target=/seen/here --mount=type=tmpfs,target=/memory \
                    cat /seen/here/file > /result && touch /memory/x
                RUN --mount=type=cache,target=/kept cat /kept/list >> /result
                """, "-t", "mounts"));
        assertThat(stock.out("run", "--rm", "--network", "none", "mounts", "cat", "/result"))
                .contains("bound")
                .contains("once");
        assertThat(stock.out("run", "--rm", "--network", "none", "mounts", "ls", "/"))
                .doesNotContain("kept")
                .doesNotContain("seen")
                .doesNotContain("memory");
    }

    @Test
    void whatIsWrittenToABoundDirectoryIsThrownAway() throws IOException {
        Files.createDirectories(context.resolve("given"));
        Files.writeString(context.resolve("given/file"), "bound");
        String out = out(build("""
                FROM busybox:it
                RUN --mount=type=bind,source=given,target=/given,rw \
                    echo more >> /given/file && echo new > /given/new && cat /given/file /given/new > /result
                RUN --mount=type=bind,source=given,target=/given,rw cat /given/file >> /result; ls /given >> /result
                RUN --mount=type=bind,source=given,target=/given touch /given/x && exit 1 || true
                """, "-t", "bound"));
        assertThat(out).contains("Step 1/4 : FROM busybox:it");
        assertThat(shown("bound", "cat", "/result")).isEqualTo("boundmore\nnew\nboundfile");
    }

    @Test
    void stepsAreNobodysContainers() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var built = threads.submit(() -> build("""
                    FROM busybox:it
                    RUN --network=none --mount=type=cache,target=/met touch /met/here; \
                        while ! test -e /met/seen; do sleep 0.1; done; rm /met/*
                    """));
            Path mounts = stock.daemon().data().resolve("build/mounts");
            Path here = awaited(mounts);
            assertThat(stock.out("ps", "-aq")).isBlank();
            assertThat(stock.out("info", "-f", "{{.Containers}}")).isEqualToIgnoringNewLines("0");
            assertThat(stock.out("system", "df", "-v")).contains("exec.cachemount");
            Files.createFile(here.resolveSibling("seen"));
            assertThat(built.get().code()).isZero();
        }
        assertThat(stock.out("events", "--since", "0", "--until", "0s", "--filter", "type=container"))
                .doesNotContain("layers:");
        assertThat(stock.docker().run("builder", "prune", "-af").code()).isZero();
    }

    private static Path awaited(Path mounts) throws Exception {
        for (int i = 0; i < 600; i++) {
            try (var all = Files.walk(mounts, 2)) {
                var found = all.filter(p -> p.endsWith("here")).findFirst();
                if (found.isPresent()) {
                    return found.get();
                }
            }
            Thread.sleep(100);
        }
        throw new AssertionError("the step has not begun");
    }

    private String gantry(String dockerfile, String... more) throws Exception {
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        String[] words = Arrays.copyOf(more, more.length + 1);
        words[more.length] = context.toString();
        return new GantryCommand(stock.daemon()).run(words);
    }

    @Test
    void secretsAreSeenByStepsAndKeptNowhere() throws Exception {
        String value = "a-long-secret-value";
        Path key = Files.writeString(dir.resolve("key"), value);
        gantry("""
                FROM busybox:it
                RUN --network=none --mount=type=secret,id=key,env=KEY --mount=type=secret,id=key \
                    test "$KEY" = a-long-"secret-value" && test "$(cat /run/secrets/key)" = a-long-"secret-value"
                """, "build", "--secret", "id=key,src=" + key, "-t", "sealed");
        assertThat(stock.out("inspect", "sealed") + stock.out("history", "--no-trunc", "sealed"))
                .doesNotContain(value);
        for (String leak : new String[] {"cat", "base64"}) {
            assertThatThrownBy(() -> gantry("""
                    FROM busybox:it
                    RUN --network=none --mount=type=secret,id=key LEAK /run/secrets/key > /kept
                    """.replace("LEAK", leak), "build", "--secret", "id=key,src=" + key))
                    .hasMessageContaining("the secret key is in /kept")
                    .hasMessageNotContaining(value);
        }
    }

    @Test
    void stepsThatWereDoneBeforeAreSearchedForSecretsToo() throws Exception {
        String early = "FROM busybox:it\nRUN --network=none echo known-long-\"before\" > /early\n";
        gantry(early, "build");
        Path key = Files.writeString(dir.resolve("later"), "known-long-before");
        assertThatThrownBy(() -> gantry(
                        early + "RUN --network=none --mount=type=secret,id=key true\n",
                        "build",
                        "--secret",
                        "id=key,src=" + key))
                .hasMessageContaining("the secret key is in /early");
    }

    @Test
    void whatWouldBeDoneAndWhatRulesFindIsSaid() throws Exception {
        assertThat(gantry("FROM busybox:it\nRUN false\n", "build", "--plan"))
                .contains("run /bin/sh -c false on 1")
                .contains("+ RUN /bin/sh -c false");
        assertThat(gantry("FROM busybox:it\nRUN false\n", "build", "--check")).isBlank();
        assertThatThrownBy(() -> gantry("FROM busybox:it AS Upper\n", "build", "--check"))
                .hasMessageContaining("StageNameCasing")
                .hasMessageContaining("there is 1 finding");
    }

    @Test
    void whatABuildGivesIsADirectoryOrAnArchive() throws Exception {
        Path more = Files.createDirectory(dir.resolve("more"));
        Files.writeString(more.resolve("from-more"), "more");
        Files.writeString(context.resolve("f"), "bytes");
        Files.createLink(context.resolve("g"), context.resolve("f"));
        String dockerfile = """
                FROM scratch
                COPY . /deep/
                COPY --from=more . /deep/
                """;
        Path out = dir.resolve("out/here");
        gantry(dockerfile, "build", "--build-context", "more=" + more, "-o", out.toString());
        assertThat(out.resolve("deep/from-more")).hasContent("more");
        assertThat(Files.getAttribute(out.resolve("deep/f"), "unix:ino"))
                .isEqualTo(Files.getAttribute(out.resolve("deep/g"), "unix:ino"));

        Path archive = dir.resolve("image.tar");
        String output = "type=docker,dest=" + archive;
        gantry(dockerfile, "build", "--build-context", "more=" + more, "-t", "given:it", "-o", output);
        assertThat(stock.docker().run("inspect", "given:it").code())
                .as("it is not here")
                .isNotZero();
        assertThat(stock.out("load", "-i", archive.toString())).contains("given:it");
        assertThat(stock.out("image", "ls", "-q", "given:it")).isNotBlank();
    }

    @Test
    void whoCopiesThroughALinkStaysInTheImage() throws IOException {
        Files.createSymbolicLink(context.resolve("out"), Path.of("/etc/hostname"));
        Docker.Result result = build("FROM busybox:it\nCOPY out/.. /x/\nCOPY out /y\n");
        assertThat(result.code()).isNotZero();
        out(build("""
                FROM busybox:it
                RUN ln -s /../../../../../tmp /way
                COPY Dockerfile /way/copied
                """, "-t", "links"));
        assertThat(stock.out("run", "--rm", "--network", "none", "links", "ls", "/tmp"))
                .contains("copied");
        assertThat(Path.of("/tmp/copied")).doesNotExist();
    }

    @Test
    void aCacheIsListedAndPruned() throws IOException {
        out(build("FROM busybox:it\nRUN echo pruned > /x\n"));
        assertThat(stock.out("system", "df")).contains("Build Cache");
        Docker.Result pruned = stock.docker().run("builder", "prune", "-af");
        assertThat(pruned.code()).as(pruned.err()).isZero();
        assertThat(pruned.out()).contains("Total");
        assertThat(out(build("FROM busybox:it\nRUN echo pruned > /x\n"))).doesNotContain("Using cache");
    }

    private String shown(String image, String... command) throws IOException {
        String[] words = {"run", "--rm", "--network", "none", image};
        String[] all = Arrays.copyOf(words, words.length + command.length);
        System.arraycopy(command, 0, all, words.length, command.length);
        return stock.out(all);
    }

    @Test
    void whatIsIgnoredIsNotThere() throws IOException {
        Files.writeString(context.resolve(".dockerignore"), "*.log\nsecret\n!kept.log\nDockerfile\n");
        Files.writeString(context.resolve("a.log"), "");
        Files.writeString(context.resolve("kept.log"), "");
        Files.createDirectories(context.resolve("secret/below"));
        Files.writeString(context.resolve("secret/below/key"), "");
        out(build("FROM busybox:it\nCOPY . /all\n", "-t", "ignoring"));
        assertThat(shown("ignoring", "ls", "-A", "/all").lines())
                .containsExactlyInAnyOrder("kept.log", ".dockerignore");
    }

    @Test
    void limitsAndHostsAreThoseOfEachStep() throws IOException {
        out(build(
                """
                FROM busybox:it
                RUN cut -d: -f2,3 /proc/self/cgroup > /groups; ulimit -n > /files; cat /etc/hosts > /told; \
                    cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes > /memory 2>/dev/null; true
                """,
                "-t",
                "limited",
                "--memory",
                "64m",
                "--ulimit",
                "nofile=321:400",
                "--add-host",
                "thither:192.0.2.7"));
        assertThat(shown("limited", "cat", "/memory")).contains(Long.toString(64L << 20));
        assertThat(shown("limited", "cat", "/files")).isEqualTo("321");
        assertThat(shown("limited", "cat", "/told")).containsPattern("192\\.0\\.2\\.7\\s+thither");
    }

    @Test
    void argumentsAndTargetsChooseWhatIsBuilt() throws IOException {
        String dockerfile = """
                ARG base=nowhere:none
                FROM ${base} AS first
                ARG word=unsaid
                RUN echo $word > /said
                FROM first AS left
                RUN exit 3
                FROM busybox:it AS right
                COPY --from=first /said /from/first
                LABEL of=file
                FROM left AS last
                """;
        String said = out(build(
                dockerfile,
                "-t",
                "right",
                "--target",
                "right",
                "--build-arg",
                "base=busybox:it",
                "--build-arg",
                "word=heard",
                "--label",
                "more=given"));
        assertThat(said).doesNotContain("exit 3");
        assertThat(shown("right", "cat", "/from/first")).isEqualTo("heard");
        assertThat(stock.out("inspect", "-f", "{{.Config.Labels.of}} {{.Config.Labels.more}}", "right"))
                .isEqualTo("file given");
    }

    @Test
    void whatAnImageKeepsForItsHeirsIsDoneByThem() throws IOException {
        out(build("FROM busybox:it\nONBUILD COPY heir /heir\nONBUILD RUN cat /heir > /done\n", "-t", "parent"));
        assertThat(stock.out("inspect", "-f", "{{json .Config.OnBuild}}", "parent"))
                .isEqualTo("[\"COPY heir /heir\",\"RUN cat /heir > /done\"]");
        Files.writeString(context.resolve("heir"), "inherited");
        out(build("FROM parent\n", "-t", "child"));
        assertThat(shown("child", "cat", "/done")).isEqualTo("inherited");
        assertThat(stock.out("inspect", "-f", "{{len .Config.OnBuild}}", "child"))
                .isEqualTo("0");
    }

    @Test
    void howHealthIsCheckedAndWhichShellIsUsedIsShown() throws IOException {
        out(build("""
                FROM busybox:it
                SHELL ["/bin/sh", "-ec"]
                HEALTHCHECK --interval=5m --retries=2 CMD true
                """, "-t", "checked"));
        assertThat(stock.out("inspect", "-f", "{{json .Config.Shell}} {{json .Config.Healthcheck}}", "checked"))
                .startsWith("[\"/bin/sh\",\"-ec\"]")
                .contains("\"Test\":[\"CMD-SHELL\",\"true\"]")
                .contains("\"Interval\":300000000000")
                .contains("\"Retries\":2");
    }

    @Test
    void aUserByNameBringsTheOwnGroupAndANumberTheSameNumber() throws IOException {
        Files.writeString(context.resolve("a"), "");
        out(build("""
                FROM busybox:it
                RUN echo app:x:100:101::/:/bin/sh >> /etc/passwd
                COPY --chown=app a /byname
                COPY --chown=100 a /bynumber
                USER app
                WORKDIR /made
                """, "-t", "owned"));
        assertThat(shown("owned", "busybox", "stat", "-c", "%u:%g", "/byname", "/bynumber", "/made")
                        .lines())
                .containsExactly("100:101", "100:100", "100:101");
    }

    @Test
    void aFileThatIsNotThereIsAFaultAlsoBesideOthers() throws IOException {
        Files.writeString(context.resolve("a"), "");
        Docker.Result result = build("FROM busybox:it\nCOPY a missing /to/\n");
        assertThat(result.code()).isNotZero();
        assertThat(result.err()).contains("missing", "there is no such file");
        out(build("FROM busybox:it\nCOPY a missing* /to/\n"));
    }

    @Test
    void buildsAtTheSameTimeShareAStep() throws Exception {
        String dockerfile = "FROM busybox:it\nRUN sleep 1; cat /proc/sys/kernel/random/uuid > /id\n";
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        var docker = new Docker("unix://" + dir.resolve("s"), Map.of("DOCKER_BUILDKIT", "0"));
        try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
            var other = pool.submit(() -> docker.run("build", "-t", "twin-a", context.toString()));
            out(docker.run("build", "-t", "twin-b", context.toString()));
            out(other.get());
        }
        assertThat(shown("twin-a", "cat", "/id")).isEqualTo(shown("twin-b", "cat", "/id"));
    }

    @Test
    void whatHasNotChangedIsNotRunAgain() throws IOException {
        String dockerfile = "FROM busybox:it\nRUN cat /proc/sys/kernel/random/uuid > /id\nRUN cat /id\n";
        String first = out(build(dockerfile, "-q")).strip();
        assertThat(first).startsWith("sha256:");
        assertThat(out(build(dockerfile, "-q")).strip()).isEqualTo(first);
        assertThat(out(build(dockerfile)).lines().filter(l -> l.contains("Using cache")))
                .hasSize(2);
        assertThat(out(build(dockerfile, "-q", "--no-cache")).strip()).isNotEqualTo(first);
    }
}
