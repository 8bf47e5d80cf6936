package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Unmodified clients of the Engine API besides `docker`: compose in both generations, and the SDK for Python.
@Tag("kernel")
@Timeout(300)
class OtherClientsTest {
    /// A store with a volume, workers that want it healthy, and a site with a published port.
    private static final String APPLICATION = """
            services:
              store:
                image: busybox:it
                command: sh -c 'echo stored > /data/index.html; echo store is up; exec httpd -f -p 8080 -h /data'
                volumes: [kept:/data]
                networks: [back]
                stop_signal: SIGKILL
                healthcheck:
                  test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/"]
                  interval: 1s
                  timeout: 30s
                  retries: 60
              worker:
                image: busybox:it
                command: sh -c 'wget -q -O - http://store:8080/; echo worker on; exec sleep 1000'
                depends_on:
                  store: {condition: service_healthy}
                networks: [back]
                stop_signal: SIGKILL
                init: true
              web:
                image: busybox:it
                command: sh -c 'echo web says $$(wget -q -O - http://store:8080/) > /index.html; exec httpd -f -p 80 -h /'
                depends_on: [store, worker]
                ports: ["127.0.0.1:8899:80"]
                networks: {back: {aliases: [site]}}
                environment: {GREETING: "${GREETING:-hello}"}
                stop_signal: SIGKILL
                healthcheck: {test: "wget -q -O /dev/null http://127.0.0.1/", interval: 1s, timeout: 30s, retries: 60}
            %s
            networks:
              back: {}
            volumes:
              kept: {}
            """;

    @TempDir
    static Path dir;

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

    @AfterEach
    void removeAll() throws IOException {
        stock.removeAll();
        for (String volume : stock.out("volume", "ls", "-q").lines().toList()) {
            stock.out("volume", "rm", volume);
        }
    }

    private static String site() throws IOException {
        return stock.onHost("busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8899/");
    }

    private static boolean siteAnswers() {
        try {
            return site().equals("web says stored");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void nothingIsLeft() throws IOException {
        assertThat(stock.out("ps", "-aq")).isEmpty();
        assertThat(stock.out("volume", "ls", "-q")).isEmpty();
        assertThat(stock.out("network", "ls", "--format", "{{.Name}}").lines())
                .containsExactlyInAnyOrder("bridge", "host", "none");
    }

    @Test
    void composeOneBringsUpScalesShowsAndTakesDown() throws IOException {
        Path program = Path.of("/usr/bin/docker-compose");
        assumeTrue(Files.isExecutable(program), "no docker-compose 1.29: install Debian 12's docker-compose");
        Path project = Files.createDirectory(dir.resolve("one"));
        Files.writeString(project.resolve("docker-compose.yml"), "version: '2.4'\n" + APPLICATION.formatted(""));
        ClientProgram compose = new ClientProgram(stock, project, program.toString(), "--ansi", "never");
        assumeTrue(compose.out("version", "--short").startsWith("1."), "docker-compose is not of the first generation");

        assertThat(compose.out("up", "-d")).contains("Creating one_web_1", "done");
        Waiting.until(Duration.ofSeconds(60), () -> "the site answers", OtherClientsTest::siteAnswers);
        assertThat(compose.out("ps"))
                .containsPattern("one_store_1 +sh -c .* +Up \\(healthy\\)")
                .containsPattern("one_web_1 +sh -c .* 127.0.0.1:8899->80/tcp");
        assertThat(compose.out("up", "-d", "--scale", "worker=3"))
                .contains("one_store_1 is up-to-date", "Creating one_worker_3", "one_web_1 is up-to-date");
        assertThat(compose.out("ps", "-q", "worker")).hasLineCount(3);
        Waiting.until(Duration.ofSeconds(60), () -> "three workers are on", () -> count(compose, "worker on") == 3);
        assertThat(compose.out("logs"))
                .containsPattern("store_1 +\\| store is up")
                .contains("worker_3  | stored");
        assertThat(compose.out("logs", "--tail=1", "-t", "worker"))
                .containsPattern("worker_2  \\| 20\\d\\d-.*Z worker on")
                .doesNotContain("stored");
        assertThat(compose.out("exec", "-T", "store", "cat", "/data/index.html"))
                .isEqualTo("stored");
        assertThat(compose.run(Map.of(), "exec", "-T", "store", "sh", "-c", "exit 7")
                        .code())
                .isEqualTo(7);
        assertThat(compose.out("top", "store")).contains("httpd -f -p 8080");
        assertThat(compose.out("port", "web", "80")).isEqualTo("127.0.0.1:8899");
        assertThat(compose.out("images")).containsPattern("one_web_1 +busybox +it");
        assertThat(compose.out("run", "--rm", "--no-deps", "worker", "echo", "one off"))
                .endsWith("one off");
        compose.out("pause", "store");
        assertThat(compose.out("ps", "store")).contains("Paused");
        compose.out("unpause", "store");
        compose.out("kill", "-s", "KILL", "web");
        assertThat(compose.out("ps", "web")).contains("Exit 137");
        compose.out("restart", "web");
        assertThat(compose.outWith(Map.of("GREETING", "bye"), "up", "-d"))
                .contains("one_store_1 is up-to-date", "Recreating one_web_1");
        assertThat(compose.out("exec", "-T", "web", "sh", "-c", "echo $GREETING"))
                .isEqualTo("bye");
        assertThat(compose.out("down", "-v")).contains("Removing network one_back", "Removing volume one_kept");
        nothingIsLeft();
    }

    private static long count(ClientProgram compose, String line) {
        try {
            return compose.out("logs", "worker")
                    .lines()
                    .filter(l -> l.endsWith(line))
                    .count();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void composeTwoBringsUpScalesShowsCopiesAndTakesDown() throws IOException {
        Path project = Files.createDirectory(dir.resolve("two"));
        ClientProgram compose =
                new ClientProgram(stock, project, composeTwo().toString(), "--ansi", "never", "--progress", "plain");
        Files.writeString(project.resolve("compose.yml"), APPLICATION.formatted("""
                  extra:
                    image: busybox:it
                    command: sleep 1000
                    profiles: [extra]
                    stop_signal: SIGKILL
                    networks: [back]
                """));

        assertThat(compose.out("up", "-d", "--wait")).contains("two-web-1  Healthy");
        assertThat(site()).isEqualTo("web says stored");
        assertThat(compose.out("ps", "--format", "{{.Service}} {{.Status}} {{.Ports}}"))
                .containsPattern("store Up .* \\(healthy\\)")
                .containsPattern("web Up .* \\(healthy\\) 127.0.0.1:8899->80/tcp");
        String hash = compose.out("config", "--hash", "web");
        assertThat(compose.out("ps", "--format", "json", "web")).contains("config-hash=" + hash.split(" ")[1]);
        assertThat(compose.out("up", "-d", "--wait"))
                .contains("two-web-1  Running")
                .doesNotContain("Recreate", "Creat", "Start");
        assertThat(compose.out("up", "-d", "--scale", "worker=3")).contains("two-worker-3  Started");
        assertThat(compose.out("scale", "worker=2")).contains("two-worker-3  Removed");
        Waiting.until(Duration.ofSeconds(60), () -> "two workers are on", () -> count(compose, "worker on") == 2);
        assertThat(compose.out("logs"))
                .containsPattern("store-1 +\\| store is up")
                .contains("worker-2  | stored");
        assertThat(compose.out("exec", "store", "cat", "/data/index.html")).isEqualTo("stored");
        assertThat(compose.run(Map.of(), "exec", "-T", "store", "sh", "-c", "exit 7")
                        .code())
                .isEqualTo(7);
        assertThat(compose.out("top", "store")).contains("httpd -f -p 8080");
        assertThat(compose.out("port", "web", "80")).isEqualTo("127.0.0.1:8899");
        assertThat(compose.out("images"))
                .containsPattern("two-web-1 +busybox +it")
                .doesNotContain("years");
        assertThat(compose.out("run", "--rm", "--no-deps", "worker", "echo", "one off"))
                .endsWith("one off");
        Files.writeString(project.resolve("given"), "from outside");
        compose.out("cp", "--all", "given", "worker:/tmp/given");
        assertThat(compose.out("exec", "--index", "2", "worker", "cat", "/tmp/given"))
                .isEqualTo("from outside");
        compose.out("cp", "web:/index.html", "taken");
        assertThat(project.resolve("taken")).hasContent("web says stored\n");
        compose.out("pause", "store");
        assertThat(compose.out("ps", "-a", "store")).contains("(Paused)");
        compose.out("unpause", "store");
        assertThat(compose.outWith(Map.of("GREETING", "bye"), "up", "-d", "--wait"))
                .contains("two-store-1  Running", "two-web-1  Recreated");
        assertThat(compose.out("exec", "web", "sh", "-c", "echo $GREETING")).isEqualTo("bye");
        assertThat(compose.out("ps", "--services")).doesNotContain("extra");
        assertThat(compose.outWith(Map.of("GREETING", "bye"), "--profile", "extra", "up", "-d"))
                .contains("two-extra-1  Started", "two-web-1  Running");
        assertThat(compose.out("--profile", "extra", "ps", "--services")).contains("extra");
        assertThat(compose.out("stats", "--no-stream", "--format", "{{.Name}} {{.PIDs}}"))
                .contains("two-extra-1 1");
        compose.out("restart", "web");
        compose.out("--profile", "extra", "stop");
        assertThat(compose.out("ps", "-a", "--format", "{{.Service}} {{.State}} {{.ExitCode}}"))
                .contains("store exited 137");
        assertThat(compose.out("ls", "-a")).containsPattern("two +exited\\(4\\)");
        compose.out("--profile", "extra", "down", "-v");
        nothingIsLeft();
    }

    /// The one that `scripts/newer-compose` has put beside the system, or finds in it.
    private static Path composeTwo() throws IOException {
        Process search = new ProcessBuilder("../scripts/newer-compose", "--here")
                .redirectErrorStream(true)
                .start();
        String said = new String(search.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assumeTrue(search.onExit().join().exitValue() == 0, said);
        return Path.of(said);
    }

    @Test
    void theSdkForPythonWalksThroughItsWholeInterface() throws IOException {
        Path script = dir.resolve("walk.py");
        try (InputStream in = OtherClientsTest.class.getResourceAsStream("python_walk.py")) {
            Files.copy(in, script);
        }
        ClientProgram python = new ClientProgram(stock, dir, "/usr/bin/python3", "-W", "ignore");
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/python3"))
                        && python.run(Map.of(), "-c", "import docker").code() == 0,
                "no SDK for Python: install python3-docker");
        assertThat(python.out(script.toString())).endsWith("walked");
    }

    @Test
    void testcontainersOneIsAtHome() throws IOException {
        testcontainers(System.getProperty("java.class.path"));
    }

    @Test
    void testcontainersTwoIsAtHome() throws IOException {
        testcontainers(TestcontainersTwo.classPath());
    }

    private static void testcontainers(String classPath) throws IOException {
        ClientProgram program = new ClientProgram(
                stock,
                dir,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath,
                "dev.gantry.it.TestcontainersMain");
        // Inside a container, as on some build machines, the library would not look for ports on this host.
        String said = program.outWith(
                Map.of("TESTCONTAINERS_RYUK_DISABLED", "true", "TESTCONTAINERS_HOST_OVERRIDE", "localhost"));
        assertThat(said)
                .contains(
                        "published: served",
                        "by name: served",
                        "logged: it is ready",
                        "copied out: served",
                        "copied in: given",
                        "failed: 4 why",
                        "environment: port",
                        "running: true",
                        "done");
        nothingIsLeft();
    }
}
