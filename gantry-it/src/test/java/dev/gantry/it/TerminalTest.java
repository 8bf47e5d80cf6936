package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// The command client as a process, as a user has it: in a terminal that tmux provides, and in pipes.
@Tag("kernel")
@Timeout(180)
class TerminalTest {
    private static final Path GANTRY = Path.of("../target/dist/bin/gantry");
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path dir;

    private DaemonProcess daemon;
    private String image;
    private String tmux;

    @BeforeEach
    void start() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "running containers needs root in this version");
        assumeTrue(Files.isExecutable(GANTRY), "target/dist is not built: ./gantry --build");
        image = "dir:" + Rootfs.busybox(dir.resolve("image"));
        daemon = DaemonProcess.startApart(dir);
        tmux = "gantry-test-" + ProcessHandle.current().pid();
    }

    @AfterEach
    void stop() throws Exception {
        if (daemon != null) {
            daemon.close();
            Ended.run(List.of("tmux", "-L", tmux, "kill-server"));
        }
    }

    @Test
    void aShellInATerminalIsResizedInterruptedLeftAndFoundAgain() throws Exception {
        assumeTrue(Ended.run(List.of("tmux", "-V")).code() == 0, "tmux is not installed");
        tmux("-f", "/dev/null", "new-session", "-d", "-x", "90", "-y", "25", "sh");
        say("PS1='host> '; clear");
        see("^host>$");
        say(gantry() + " run -it --network none --name tt --hostname box " + image + " sh");
        see("^/ #");
        say("echo pid=$$ on $(tty)");
        see("^pid=1 on /dev/");
        tmux("resize-window", "-x", "100", "-y", "30");
        say("while [ \"$(stty size)\" != '30 100' ]; do :; done; stty size");
        see("^30 100");
        say("sh -c 'echo asleep; exec sleep 1000'"); // C-c before the shell has let it go to the foreground is for
        // the shell
        see("^asleep");
        tmux("send-keys", "C-c");
        say("echo after=$?");
        see("^after=130");
        tmux("send-keys", "C-p", "C-q");
        see("^gantry: detached");
        see("^host>$"); // what is typed before is echoed before the prompt
        say("stty -a | grep -o '[-]*icanon'; stty -a | grep -o '[-]*echo '");
        see("^icanon");
        see("^echo");
        say(gantry() + " attach tt; echo code=$?");
        // What is typed before the attachment stands is kept by the terminal.
        say("echo back=$((6*7))");
        see("^back=42");
        say("exit 9");
        see("^code=9");
    }

    @Test
    void pipesCarryEveryByteAndTheExitCode() throws Exception {
        byte[] input = new byte[32 << 20];
        new Random(3).nextBytes(input);
        Ended cat = Ended.run(
                client("run", "--network", "none", "-i", "--rm", image, "cat"), input, Duration.ofSeconds(60));
        assertThat(cat.code()).isZero();
        assertThat(sha(cat.out())).isEqualTo(sha(input));
        Ended ended = Ended.run(
                client("run", "--network", "none", "--rm", image, "sh", "-c", "echo out; echo err >&2; exit 42"));
        assertThat(ended.code()).isEqualTo(42);
        assertThat(ended.text()).isEqualTo("out\nerr\n");
    }

    @Test
    void signalsReachTheContainer() throws Exception {
        Process process = new ProcessBuilder(client(
                        "run",
                        "--network",
                        "none",
                        "--rm",
                        "--name",
                        "trap",
                        image,
                        "sh",
                        "-c",
                        "trap 'echo got it; exit 3' TERM; echo ready; while :; do sleep 0.1; done"))
                .start();
        try {
            assertThat(line(process)).isEqualTo("ready");
            process.toHandle().destroy();
            assertThat(line(process)).isEqualTo("got it");
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(3);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void codesOfCommandsThatCannotRunAreThoseOfTheDockerClient() throws Exception {
        assertThat(Ended.run(client("run", "--network", "none", "--rm", image, "/nope"))
                        .code())
                .isEqualTo(127);
        assertThat(Ended.run(client("run", "--network", "none", "--rm", image, "/etc/passwd"))
                        .code())
                .isEqualTo(126);
        assertThat(Ended.run(client("run", "--network", "none", "--rm", "--nope", image))
                        .code())
                .isEqualTo(125);
        assertThat(Ended.run(client("run", "--network", "none", "--rm", "--pull", "never", "not/there", "true"))
                        .code())
                .isEqualTo(125);
        assertThat(Ended.run(List.of(GANTRY.toString(), "-H", "unix:///nowhere", "ps"))
                        .code())
                .isEqualTo(1);
    }

    private List<String> client(String... arguments) {
        List<String> command = new ArrayList<>(List.of(GANTRY.toString(), "-H", daemon.host()));
        command.addAll(List.of(arguments));
        return command;
    }

    private String gantry() {
        return GANTRY.toAbsolutePath().normalize() + " -H " + daemon.host();
    }

    private void tmux(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("tmux", "-L", tmux));
        command.addAll(List.of(arguments));
        Ended ended = Ended.run(command);
        assertThat(ended.code()).as(ended.text()).isZero();
    }

    private void say(String line) throws Exception {
        tmux("send-keys", "-l", line);
        tmux("send-keys", "Enter");
    }

    private String screen() {
        try {
            return Ended.run(List.of("tmux", "-L", tmux, "capture-pane", "-p")).text();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void see(String line) {
        Pattern pattern = Pattern.compile(line, Pattern.MULTILINE);
        Waiting.until(
                SOON,
                () -> "'" + line + "' on\n" + screen(),
                () -> pattern.matcher(screen()).find());
    }

    private static String line(Process process) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = process.getInputStream().read();
                c >= 0 && c != '\n';
                c = process.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private static String sha(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
