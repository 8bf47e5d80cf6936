package dev.gantry.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a start costs is seen from outside: as metrics, in the flight recorder, and by a collector of traces.
@Tag("kernel")
@Timeout(180)
class MeasuredTest {
    private static final Pattern ADDRESS = Pattern.compile("metrics=(http://\\S+)");
    private static final StringBuffer COLLECTED = new StringBuffer();

    @TempDir
    static Path dir;

    private static HttpServer collector;
    private static DaemonProcess daemon;
    private static Docker docker;

    @BeforeAll
    static void start() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            COLLECTED.append(new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        daemon = DaemonProcess.startTold(
                dir,
                List.of(
                        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:"
                                + collector.getAddress().getPort(),
                        "OTEL_BSP_SCHEDULE_DELAY=100"),
                "--metrics-addr",
                "127.0.0.1:0");
        docker = new Docker(daemon.host());
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        assertThat(docker.run("import", tar.toString(), "busybox:it").code()).isZero();
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
        if (collector != null) {
            collector.stop(0);
        }
    }

    private static void run() throws IOException {
        Docker.Result result = docker.run("run", "--rm", "--network", "none", "busybox:it", "true");
        assertThat(result.code()).as(result.err()).isZero();
    }

    private static String metrics(String path) throws IOException, InterruptedException {
        Matcher m = ADDRESS.matcher(daemon.log());
        String address = m.results().map(r -> r.group(1)).reduce("", (_, next) -> next); // of the last start
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(address).resolve(path)).build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + "\n" + answer.body();
        }
    }

    @Test
    void metricsHaveDockersNames() throws Exception {
        run();
        assertThat(docker.run("run", "--rm", "--network", "none", "busybox:it", "/no/such")
                        .code())
                .isEqualTo(127);
        assertThat(metrics("/metrics"))
                .startsWith("200\n# HELP engine_daemon_container_actions_seconds ")
                .containsPattern("engine_daemon_container_actions_seconds_count\\{action=\"start\"} [1-9]")
                .containsPattern("engine_daemon_container_actions_seconds_count\\{action=\"create\"} [2-9]")
                .containsPattern("gantry_container_start_phase_seconds_count\\{phase=\"launch\"} [2-9]")
                .containsPattern("gantry_container_actions_failed_total [1-9]")
                .contains("engine_daemon_container_states_containers{state=\"running\"} 0\n")
                .contains("engine_daemon_engine_info{architecture=\"x86_64\",")
                .containsPattern("engine_daemon_events_total [1-9]")
                .containsPattern("process_resident_memory_bytes [1-9]");
        assertThat(metrics("/containers/json")).startsWith("404\n");
    }

    @Test
    void theFlightRecorderHasThePhasesOfAStart() throws Exception {
        jcmd("JFR.start", "name=it");
        run();
        Path file = dir.resolve("it.jfr");
        jcmd("JFR.dump", "name=it", "filename=" + file);
        jcmd("JFR.stop", "name=it");
        assertThat(RecordingFile.readAllEvents(file).stream()
                        .filter(e -> e.getEventType().getName().equals("dev.gantry.StartPhase"))
                        .map(e -> e.getString("phase"))
                        .collect(Collectors.toList()))
                .contains("volumes", "network", "plan", "watch", "launch", "store");
    }

    private static void jcmd(String... arguments) throws Exception {
        var command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(daemon.pid())));
        command.addAll(List.of(arguments));
        Ended.run(command);
    }

    @Test
    void aPluginReadsMetricsAndSoItDoesOfTheNextDaemon() throws Exception {
        Path reader = PluginProgram.make(dir.resolve("reader"), "directory");
        Path config = reader.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("volumedriver", "metricscollector")
                        .replace("/mnt/state", "/run/docker"));
        ok("plugin", "create", "reader", reader.toString());
        ok("plugin", "enable", "reader");
        seen("engine_daemon_engine_info{", 1);
        daemon.stop();
        seen("STOPPED", 1);
        daemon.startAgain();
        seen("engine_daemon_engine_info{", 2);
        daemon.kill();
        daemon.startAgain();
        seen("engine_daemon_engine_info{", 3);
        ok("plugin", "disable", "reader");
        ok("plugin", "rm", "reader");
    }

    private static void ok(String... arguments) throws IOException {
        Docker.Result result = docker.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
    }

    private static void seen(String text, int times) throws IOException, InterruptedException {
        Waiting.until(Duration.ofSeconds(30), () -> times + " times " + text, () -> times(text) == times);
    }

    private static int times(String text) {
        try (var files = Files.walk(daemon.data().resolve("plugins"))) {
            Path file = files.filter(f -> f.endsWith("mnt/metrics")).findFirst().orElse(null);
            return file == null ? 0 : Files.readString(file, ISO_8859_1).split(Pattern.quote(text), -1).length - 1;
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // it is being written
        }
    }

    @Test
    void aCollectorSeesARequestAndWhatItDid() throws Exception {
        run();
        Waiting.until(
                Duration.ofSeconds(30),
                () -> "the spans of a start are collected",
                () -> COLLECTED.indexOf("start container: launch") >= 0
                        && COLLECTED.indexOf("POST /containers/{id}/start") >= 0
                        && COLLECTED.indexOf("create container") >= 0);
    }
}
