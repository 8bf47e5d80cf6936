package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.daemon.client.ClientMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Managed plugins by the unmodified docker client and by our own: made, pushed to a real registry, installed from it.
@Tag("kernel")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StockPluginTest {
    private static final Pattern LISTENING = Pattern.compile("listening on (127\\.0\\.0\\.1:[0-9]+)");

    @TempDir
    static Path dir;

    private static DaemonProcess daemon;
    private static Docker docker;
    private static Process registry;
    private static String sample;

    @BeforeAll
    static void start() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/docker-registry")), "docker-registry is not installed");
        sample = startRegistry() + "/test/sample";
        daemon = DaemonProcess.start(Files.createDirectories(dir.resolve("daemon")));
        docker = new Docker(daemon.host());
        PluginProgram.make(dir.resolve("one"), "directory");
        PluginProgram.make(dir.resolve("two"), "tmpfs");
    }

    @AfterAll
    static void stop() throws IOException {
        if (daemon != null) {
            docker.run("volume", "rm", "-f", "data");
            docker.run("plugin", "rm", "-f", "keeper", "sample", sample + ":v1", sample + ":v2");
            daemon.close();
        }
        if (registry != null) {
            registry.destroy();
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(dir.toString());
    }

    private static String startRegistry() throws Exception {
        Path config = Files.writeString(dir.resolve("config.yml"), """
                version: 0.1
                log: {level: info}
                storage:
                  filesystem: {rootdirectory: %s}
                http: {addr: "127.0.0.1:0"}
                """.formatted(dir.resolve("registry")));
        registry = new ProcessBuilder("docker-registry", "serve", config.toString())
                .redirectErrorStream(true)
                .start();
        var found = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> {
            try (BufferedReader log = registry.inputReader()) {
                for (String line = log.readLine(); line != null; line = log.readLine()) {
                    Matcher m = LISTENING.matcher(line);
                    if (m.find()) {
                        found.complete(m.group(1));
                    }
                }
            } catch (IOException e) {
                found.completeExceptionally(e);
            }
        });
        return found.get(60, TimeUnit.SECONDS);
    }

    private static String ok(String... arguments) throws IOException {
        Docker.Result result = docker.run(arguments);
        assertThat(result.code()).as(result.err() + result.out()).isZero();
        return result.out();
    }

    private record Result(int code, String out, String err) {}

    private static Result gantry(String input, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ClientMain.class.getName(),
                "-H",
                daemon.host()));
        command.addAll(List.of(arguments));
        Path in = Files.writeString(Files.createTempFile(dir, "in", ""), input);
        Path out = Files.createTempFile(dir, "out", "");
        Path err = Files.createTempFile(dir, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("DOCKER_CONFIG", "/nonexistent");
        Process p = builder.start();
        assertThat(p.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(p.exitValue(), Files.readString(out), Files.readString(err));
    }

    @Test
    @Order(1)
    void theStockClientMakesPushesInstallsAndRuns() throws IOException {
        ok("plugin", "create", sample + ":v1", dir.resolve("one").toString());
        assertThat(ok("plugin", "push", sample + ":v1")).contains("v1: digest: sha256:");
        ok("plugin", "rm", sample + ":v1");
        Docker.Result asked =
                docker.runWith("n\n".getBytes(), "plugin", "install", "--alias", "sample", sample + ":v1");
        assertThat(asked.code()).isNotZero();
        assertThat(asked.out()).contains("- network: [host]", "- capabilities: [CAP_SYS_ADMIN]");
        assertThat(ok("plugin", "ls", "-q")).isEmpty();
        assertThat(ok("plugin", "install", "--grant-all-permissions", "--alias", "sample", sample + ":v1"))
                .contains("Installed plugin " + sample + ":v1");
        assertThat(ok("plugin", "ls", "--format", "{{.Name}} {{.Description}} {{.Enabled}} {{.PluginReference}}"))
                .isEqualTo("sample:latest keeps volumes for tests true " + sample + ":v1\n");
        assertThat(ok("plugin", "inspect", "-f", "{{.Config.Interface.Types}} {{.Settings.Env}}", "sample"))
                .isEqualTo("[docker.volumedriver/1.0] [KIND=directory]\n");
        assertThat(ok("info", "-f", "{{.Plugins.Volume}}")).isEqualTo("[local sample:latest]\n");
        assertThat(ok("ps", "-aq")).isEmpty();
        assertThat(ok("volume", "create", "-d", "sample", "data")).isEqualTo("data\n");
        assertThat(ok("volume", "ls", "--format", "{{.Driver}} {{.Name}}")).isEqualTo("sample:latest data\n");
        assertThat(docker.run("plugin", "disable", "sample").err()).contains("is in use");
    }

    @Test
    @Order(2)
    void itOutlivesTheDaemon() throws IOException {
        daemon.kill();
        daemon.startAgain();
        assertThat(ok("plugin", "ls", "-f", "enabled=true", "-f", "capability=volumedriver", "--format", "{{.Name}}"))
                .isEqualTo("sample:latest\n");
        assertThat(ok("volume", "inspect", "-f", "{{.Mountpoint}}", "data")).endsWith("/propagated-mount/data\n");
        ok("volume", "rm", "data");
        ok("plugin", "disable", "sample");
        daemon.kill();
        daemon.startAgain();
        assertThat(ok("plugin", "ls", "-f", "enabled=false", "--format", "{{.Name}}"))
                .isEqualTo("sample:latest\n");
    }

    @Test
    @Order(3)
    void ourClientDoesTheSame() throws Exception {
        assertThat(gantry(
                        "",
                        "plugin",
                        "create",
                        sample + ":v2",
                        dir.resolve("two").toString()))
                .isEqualTo(new Result(0, sample + ":v2\n", ""));
        assertThat(gantry("", "plugin", "push", sample + ":v2").out()).contains("v2: digest: sha256:");
        assertThat(gantry("", "plugin", "rm", sample + ":v2").code()).isZero();
        assertThat(gantry("", "plugin", "set", "sample", "KIND=directory").code())
                .isZero();
        assertThat(gantry("y\n", "plugin", "upgrade", "sample", sample + ":v2").err())
                .contains("--skip-remote-check");
        Result upgraded = gantry("y\n", "plugin", "upgrade", "--skip-remote-check", "sample", sample + ":v2");
        assertThat(upgraded.err()).isEmpty();
        assertThat(upgraded.out()).contains("requesting the following privileges", "Upgraded plugin sample to");
        assertThat(gantry("", "plugin", "inspect", "-f", "{{.Settings.Env}} {{.PluginReference}}", "sample")
                        .out())
                .as("what was set is kept")
                .isEqualTo("[KIND=directory] " + sample + ":v2\n");
        assertThat(gantry("", "plugin", "enable", "sample").out()).isEqualTo("sample\n");
        assertThat(gantry("", "plugin", "ls").out()).startsWith("ID             NAME            DESCRIPTION");
        assertThat(gantry("", "plugin", "disable", "sample").out()).isEqualTo("sample\n");
        assertThat(gantry("n\n", "plugin", "install", sample + ":v1").err()).contains("permission denied");
        assertThat(gantry("", "plugin", "install", "--grant-all-permissions", "--disable", sample + ":v1", "KIND=tmpfs")
                        .out())
                .contains("Installed plugin");
        assertThat(ok("plugin", "inspect", "-f", "{{.Enabled}} {{.Settings.Env}}", sample + ":v1"))
                .isEqualTo("false [KIND=tmpfs]\n");
        assertThat(docker.run("plugin", "inspect", "nope").err()).contains("plugin \"nope\" not found");
    }

    @Test
    @Order(4)
    void whatAContainerSaysGoesToALogPluginAndComesBack() throws Exception {
        Path keeper = PluginProgram.make(dir.resolve("three"), "directory");
        Path config = keeper.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("volumedriver", "logdriver"));
        ok("plugin", "create", "keeper", keeper.toString());
        Path tar = Rootfs.tarball(Rootfs.busybox(dir.resolve("rootfs")), dir.resolve("rootfs.tar"));
        ok("import", tar.toString(), "busybox:it");
        String[] run = {
            "run", "--name", "talks", "--network", "none", "--log-driver", "keeper", "busybox:it", "echo", "said"
        };
        assertThat(docker.run(run).err()).contains("plugin keeper:latest found but disabled");
        ok("plugin", "enable", "keeper");
        assertThat(ok(run)).isEqualTo("said\n");
        assertThat(ok("inspect", "-f", "{{.HostConfig.LogConfig.Type}}", "talks"))
                .isEqualTo("keeper\n");
        Waiting.until(
                Duration.ofSeconds(30), () -> "its log", () -> log("talks").equals("said\n"));
        assertThat(gantry("", "logs", "talks").out()).isEqualTo("said\n");
        ok("rm", "talks");
        ok("plugin", "disable", "keeper");
        ok("plugin", "rm", "keeper");
    }

    private static String log(String container) {
        try {
            return ok("logs", container);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
