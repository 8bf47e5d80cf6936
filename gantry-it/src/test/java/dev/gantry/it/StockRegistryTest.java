package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Images to and from a real registry through the stock `docker` client.
@Tag("kernel")
@Timeout(180)
class StockRegistryTest {
    private static final String REGISTRY = "localhost:5199";

    @TempDir
    static Path dir;

    private static StockDaemon stock;
    private static Process registry;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/docker-registry")), "no docker-registry");
        stock = StockDaemon.start(dir);
        Path config = Files.writeString(dir.resolve("registry.yml"), """
                version: 0.1
                log: {level: error}
                storage:
                  filesystem: {rootdirectory: %s}
                http: {addr: "127.0.0.1:5199"}
                """.formatted(dir.resolve("registry")));
        List<String> command = new ArrayList<>(stock.daemon().inside());
        command.addAll(List.of("docker-registry", "serve", config.toString()));
        registry = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(dir.resolve("registry.log").toFile())
                .start();
        Waiting.until(Duration.ofSeconds(60), () -> "the registry listens", StockRegistryTest::listens);
    }

    private static boolean listens() {
        try {
            return stock.onHost("busybox", "wget", "-q", "-O", "-", "http://" + REGISTRY + "/v2/")
                    .equals("{}");
        } catch (IOException e) {
            return false;
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (registry != null) {
            registry.destroy();
            registry.waitFor();
        }
        if (stock != null) {
            stock.close();
        }
    }

    @Test
    void anImageIsPushedMountedAndPulledAgain() throws IOException {
        String one = REGISTRY + "/one:1";
        String two = REGISTRY + "/two:1";
        stock.out("run", "--name", "px", "--network", "none", "busybox:it", "sh", "-c", "echo only here > /pushed");
        stock.out("commit", "px", one); // a layer that no other test pushes
        stock.out("tag", one, two);
        String first = stock.out("push", one);
        assertThat(first)
                .contains("The push refers to repository [" + REGISTRY + "/one]", ": Pushed", "1: digest: sha256:");
        assertThat(stock.out("push", one)).contains("Layer already exists");
        assertThat(stock.out("push", two)).contains("Mounted from one");
        String id = stock.out("inspect", "-f", "{{.Id}}", one);
        stock.out("rmi", one, two);
        stock.out("pull", two);
        assertThat(stock.out("inspect", "-f", "{{.Id}}", two)).isEqualTo(id);
        assertThat(stock.out("run", "--rm", "--network", "none", two, "echo", "runs"))
                .isEqualTo("runs");
        assertThat(stock.out(
                        "events",
                        "--since",
                        "60s",
                        "--until",
                        Long.toString(Instant.now().getEpochSecond() + 1), // the client cuts off fractions
                        "--filter",
                        "type=image",
                        "--format",
                        "{{.Action}}"))
                .contains("push");
    }

    @Test
    void whatIsNotHereIsNotPushed() throws IOException {
        assertThat(stock.refusal("push", REGISTRY + "/none:1"))
                .contains("An image does not exist locally with the tag: " + REGISTRY + "/none");
    }

    @Test
    void theIndexOfARegistryIsSearched() throws IOException, InterruptedException {
        Path index = Files.createDirectories(dir.resolve("index/v1"));
        Files.writeString(index.resolve("search"), """
                {"results": [{"name": "me/web", "description": "a site", "star_count": 3},
                 {"name": "web", "description": "of theirs", "star_count": 90, "is_official": true}]}
                """);
        List<String> command = new ArrayList<>(stock.daemon().inside());
        command.addAll(List.of(
                "busybox",
                "httpd",
                "-f",
                "-p",
                "127.0.0.1:5198",
                "-h",
                index.getParent().toString()));
        Process server = new ProcessBuilder(command).start();
        try {
            Waiting.until(Duration.ofSeconds(60), () -> "the index answers", () -> searched("name") != null);
            assertThat(searched("name")).isEqualTo("me/web 3\nweb 90");
            String format = "{{.Name}} {{.StarCount}}";
            String term = "127.0.0.1:5198/web";
            assertThat(stock.out("search", "--format", format, "--filter", "stars=10", term))
                    .isEqualTo("web 90");
            assertThat(stock.out("search", "--format", format, "--filter", "is-official=false", term))
                    .isEqualTo("me/web 3");
            assertThat(new GantryCommand(stock.daemon()).run("search", term)).isEqualTo("""
                    NAME      DESCRIPTION   STARS     OFFICIAL
                    me/web    a site        3        \s
                    web       of theirs     90        [OK]
                    """);
            assertThat(stock.refusal("search", "--limit", "101", term)).contains("outside the range of [1, 100]");
            assertThat(stock.refusal("search", REGISTRY + "/web")).contains("Unexpected status code 404");
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    @Test
    void whatStepsHaveMadeIsFoundAtARegistry() throws IOException, InterruptedException {
        Path context = Files.createDirectories(dir.resolve("cached"));
        Files.writeString(context.resolve("Dockerfile"), """
                FROM busybox:it AS made
                RUN cat /proc/sys/kernel/random/uuid > /chance
                FROM busybox:it
                COPY --from=made /chance /copied
                RUN cat /proc/sys/kernel/random/uuid > /own
                """);
        var gantry = new GantryCommand(stock.daemon());
        String cache = "type=registry,ref=" + REGISTRY + "/cache:1";
        gantry.run("build", "-q", "-t", "cached:1", "--cache-to", cache + ",mode=max", context.toString());
        String first = stock.out("inspect", "-f", "{{.Id}}", "cached:1");

        forget("cached:1");
        gantry.run("build", "-q", "-t", "cached:2", context.toString());
        assertThat(stock.out("inspect", "-f", "{{.Id}}", "cached:2")).isNotEqualTo(first);

        forget("cached:2");
        String told = gantry.run("build", "-t", "cached:3", "--cache-from", cache, context.toString());
        assertThat(told).contains("Using cache");
        assertThat(stock.out("inspect", "-f", "{{.Id}}", "cached:3")).isEqualTo(first);
        assertThat(stock.out("run", "--rm", "--network", "none", "cached:3", "cat", "/own", "/copied"))
                .hasLineCount(2);

        forget("cached:3");
        String inline = REGISTRY + "/inline:1";
        gantry.run("build", "-q", "-t", inline, "--build-arg", "BUILDKIT_INLINE_CACHE=1", context.toString());
        String own = stock.out("run", "--rm", "--network", "none", inline, "cat", "/own");
        stock.out("push", inline);
        forget(inline);
        gantry.run("build", "-t", "cached:4", "--cache-from", inline, context.toString());
        // The stage that is only copied from is in no image, so that it is run again and what is above it, too.
        assertThat(stock.out("run", "--rm", "--network", "none", "cached:4", "cat", "/own"))
                .isNotEqualTo(own);
        forget("cached:4");
        Files.writeString(context.resolve("Dockerfile"), """
                FROM busybox:it
                RUN cat /proc/sys/kernel/random/uuid > /own
                """);
        gantry.run("build", "-q", "-t", inline, "--build-arg", "BUILDKIT_INLINE_CACHE=1", context.toString());
        own = stock.out("run", "--rm", "--network", "none", inline, "cat", "/own");
        stock.out("push", inline);
        forget(inline);
        gantry.run("build", "-t", "cached:5", "--cache-from", inline, context.toString());
        assertThat(stock.out("run", "--rm", "--network", "none", "cached:5", "cat", "/own"))
                .isEqualTo(own);

        String warned = gantry.run("build", "-t", "cached:6", "--cache-from", REGISTRY + "/none:1", context.toString());
        assertThat(warned).contains("[Warning] the cache " + REGISTRY + "/none:1 is left out");
    }

    private static void forget(String image) throws IOException {
        stock.out("rmi", image);
        stock.docker().run("builder", "prune", "-af");
    }

    private static @Nullable String searched(String term) {
        try {
            Docker.Result r =
                    stock.docker().run("search", "--format", "{{.Name}} {{.StarCount}}", "127.0.0.1:5198/" + term);
            return r.code() == 0 ? r.out().strip() : null;
        } catch (IOException e) {
            return null;
        }
    }

    @Test
    void aRegistryWithoutAnySecretsTakesALogin() throws IOException {
        stock.out("tag", "busybox:it", REGISTRY + "/three:1");
        stock.out("push", REGISTRY + "/three:1");
        String told = stock.onHost(
                "curl",
                "-s",
                "--unix-socket",
                dir.resolve("s").toString(),
                "-H",
                "Content-Type: application/json",
                "-d",
                "{\"username\":\"u\",\"password\":\"p\",\"serveraddress\":\"" + REGISTRY + "\"}",
                "http://d/v1.50/auth");
        assertThat(told).contains("Login Succeeded");
        String inspected = stock.onHost(
                "curl",
                "-s",
                "--unix-socket",
                dir.resolve("s").toString(),
                "http://d/v1.50/distribution/" + REGISTRY + "/three:1/json");
        assertThat(inspected).contains("\"os\":\"linux\"", "\"digest\":\"sha256:");
    }
}
