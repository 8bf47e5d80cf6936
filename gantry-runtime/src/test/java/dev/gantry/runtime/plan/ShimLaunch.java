package dev.gantry.runtime.plan;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs `gantry-shim launch` for tests and waits until every process that holds its output is gone.
final class ShimLaunch {
    private static final long DEADLINE_SECONDS = 60;

    private final Path directory;

    ShimLaunch(Path directory) {
        this.directory = directory;
    }

    /// What came of a launch. `code` is that of the launch; the program's own is not known to it.
    record Outcome(int code, String out, String err) {
        /// The number of the step that failed and its errno, as `3: 2`.
        String failure() {
            String[] words = err.strip().split(" ", 5);
            return words.length < 4 ? "no failure: " + err : words[1] + ": " + words[3];
        }

        List<String> lines() {
            return out.lines().toList();
        }
    }

    static Path shim() {
        Path shim = Path.of(System.getProperty("gantry.shim", "target/shim/gantry-shim"));
        assumeTrue(Files.isExecutable(shim), "gantry-shim is not built at " + shim);
        return shim.toAbsolutePath();
    }

    static void needsRoot() {
        try {
            Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            assumeTrue(uid.equals(0), "namespaces, mounts and cgroups need root");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Outcome run(List<Step> steps) {
        return run(steps, "");
    }

    /// `before` is a shell command that runs in the process which then becomes the launch.
    Outcome run(List<Step> steps, String before) {
        return finish(start(steps, before));
    }

    /// Starts a launch; the plan comes on descriptor 4, and the pid goes to the file `pid` by descriptor 3.
    Process start(List<Step> steps, String before) {
        try {
            Path plan = Files.write(directory.resolve("plan"), PlanCodec.encode(new LaunchPlan(steps)));
            String script = before + "\nexec \"$0\" launch 4 4<\"$1\" 3>\"$2\"";
            return new ProcessBuilder(
                            "/bin/sh",
                            "-c",
                            script,
                            shim().toString(),
                            plan.toString(),
                            pidFile().toString())
                    .redirectOutput(directory.resolve("out").toFile())
                    .redirectError(directory.resolve("err").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The end of a launch and of the container it made.
    Outcome finish(Process process) {
        try {
            if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the launch did not end");
            }
            long pid = containerPid();
            Waiting.until("the container has ended", () -> pid == 0 || hasEnded(pid));
            return new Outcome(process.exitValue(), text("out"), text("err"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// 0 when nothing was started.
    long containerPid() {
        String pid = text("pid").strip();
        return pid.isEmpty() ? 0 : Long.parseLong(pid);
    }

    Path pidFile() {
        return directory.resolve("pid");
    }

    String text(String name) {
        Path file = directory.resolve(name);
        try {
            return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A zombie has ended: who reaps it, and when, is not the launch's affair.
    static boolean hasEnded(long pid) {
        return "ZX".indexOf(state(pid)) >= 0;
    }

    /// The letter of `/proc/<pid>/stat`; X when there is no such process.
    static char state(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2);
        } catch (IOException gone) {
            return 'X';
        }
    }

    /// Field 22 of `/proc/<pid>/stat`.
    static long startTime(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs a command to its end and gives its output.
    static String command(String... argv) {
        try {
            Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(Arrays.toString(argv) + " failed: " + out);
            }
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
