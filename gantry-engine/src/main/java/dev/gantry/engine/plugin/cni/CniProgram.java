package dev.gantry.engine.plugin.cni;

import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.engine.plugin.PluginAnswer;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Executes plugins: configuration in, result out, everything else in the environment. One that takes too long or says
/// too much is killed, with whatever it started and still has its environment.
final class CniProgram {
    private static final int LARGEST_RESULT = 1024 * 1024;
    private static final int LARGEST_COMPLAINT = 4096;
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final int MOST_ROUNDS = 20;
    private static final String MARK = "GANTRY_CNI_CALL";
    private static final String SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final List<Path> directories;
    private final Duration timeout;

    /// @param timeout of one execution
    CniProgram(List<Path> directories, Duration timeout) {
        this.directories = List.copyOf(directories);
        this.timeout = timeout;
    }

    private record Outcome(int code, byte[] output, String complaint) {}

    /// The answer of a plugin that succeeded; empty when it says nothing, as most commands do.
    PluginAnswer run(
            String what, String type, String command, Map<String, String> environment, Map<String, ?> configuration) {
        String doing = what + " by CNI plugin " + type;
        Path program = find(doing, type);
        Outcome outcome = execute(doing, command, program, environment, JsonTree.bytes(configuration));
        Map<String, @Nullable Object> fields = Map.of();
        String wrong = "";
        try {
            fields = blank(outcome.output) ? Map.of() : JsonTree.object(outcome.output);
        } catch (IOException e) {
            wrong = "its answer is wrong: " + e.getMessage();
        }
        var answer = new PluginAnswer(doing, fields);
        if (outcome.code != 0) {
            throw failure(doing, command, outcome, answer);
        }
        if (!wrong.isEmpty()) {
            throw new Unavailable(doing, wrong, "tell the maker of the plugin");
        }
        return answer;
    }

    private Path find(String doing, String type) {
        for (Path directory : directories) {
            Path program = directory.resolve(type);
            if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                return program;
            }
        }
        throw new NotFound(doing, "there is no program " + type + " in " + directories, "install it there");
    }

    private Outcome execute(String doing, String command, Path program, Map<String, String> environment, byte[] input) {
        var builder = new ProcessBuilder(program.toString());
        builder.environment().clear();
        builder.environment().put("PATH", SYSTEM_PATH);
        builder.environment().putAll(environment);
        builder.environment().put("CNI_COMMAND", command);
        builder.environment()
                .put(
                        "CNI_PATH",
                        String.join(
                                ":", directories.stream().map(Path::toString).toList()));
        String mark = MARK + "=" + UUID.randomUUID();
        builder.environment().put(MARK, mark.substring(MARK.length() + 1));
        builder.directory(Path.of("/").toFile());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new Unavailable(doing, "it cannot be executed: " + e.getMessage(), "install it again", e);
        }
        var output = new FutureTask<>(() -> process.getInputStream().readNBytes(LARGEST_RESULT + 1));
        var complaint = new FutureTask<>(() -> complaint(process.getErrorStream()));
        Thread.startVirtualThread(output);
        Thread.startVirtualThread(complaint);
        Thread.startVirtualThread(() -> feed(process, input));
        boolean ended = false;
        try {
            // An answer ends with its plugin, or with what it left behind with our pipe in its hands.
            byte[] said = output.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (said.length > LARGEST_RESULT) {
                throw new Unavailable(
                        doing,
                        "its answer is larger than " + LARGEST_RESULT + " bytes",
                        "tell the maker of the plugin");
            }
            if (!process.waitFor(LAST_WORDS)) {
                throw new Unavailable(doing, "it answered and did not end", "tell the maker of the plugin");
            }
            ended = true;
            return new Outcome(process.exitValue(), said, words(complaint));
        } catch (TimeoutException e) {
            throw new Unavailable(
                    doing, command + " did not end within " + timeout.toMillis() + " ms", "look what it waits for", e);
        } catch (ExecutionException e) {
            throw new Unavailable(doing, "its answer cannot be read: " + e.getCause(), "try again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable(doing, "the thread was interrupted", "ask again", e);
        } finally {
            if (!ended) {
                process.destroyForcibly();
                killMarked(mark);
            }
            close(process.getInputStream());
            close(process.getErrorStream());
        }
    }

    /// A process whose parent has ended is nobody's descendant, so that the environment tells whose it is. Again until
    /// nobody is found: one may have forked meanwhile.
    private static void killMarked(String mark) {
        for (int round = 0; round < MOST_ROUNDS; round++) {
            List<ProcessHandle> left =
                    ProcessHandle.allProcesses().filter(p -> isMarked(p, mark)).toList();
            if (left.isEmpty()) {
                return;
            }
            left.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static boolean isMarked(ProcessHandle process, String mark) {
        // Not through a channel: those refuse a thread that was interrupted.
        try (var environment = new FileInputStream("/proc/" + process.pid() + "/environ")) {
            return new String(environment.readAllBytes(), StandardCharsets.ISO_8859_1).contains(mark);
        } catch (IOException e) {
            return false; // It has ended, or is another user's.
        }
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException _) {
            // Nothing depends on it.
        }
    }

    private static void feed(Process process, byte[] input) {
        try (var in = process.getOutputStream()) {
            in.write(input);
        } catch (IOException e) {
            // It ended without reading everything; what it says counts.
        }
    }

    /// Reads to the end, so that nobody waits for us, and keeps the beginning.
    private static String complaint(InputStream from) throws IOException {
        var kept = new ByteArrayOutputStream();
        byte[] buffer = new byte[LARGEST_COMPLAINT];
        for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
            kept.write(buffer, 0, Math.min(n, LARGEST_COMPLAINT - kept.size()));
        }
        return kept.toString(StandardCharsets.UTF_8);
    }

    private static String words(FutureTask<String> complaint) throws InterruptedException {
        try {
            return complaint.get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return "";
        }
    }

    private static boolean blank(byte[] text) {
        for (byte b : text) {
            if (b > ' ' || b < 0) {
                return false;
            }
        }
        return true;
    }

    /// By the codes of CNI specification 1.1 §"Error".
    private static GantryException failure(String doing, String command, Outcome outcome, PluginAnswer answer) {
        String words = "";
        long code = 0;
        try {
            words = answer.text("msg") + (answer.text("details").isEmpty() ? "" : ", " + answer.text("details"));
            code = answer.number("code", 0, Integer.MAX_VALUE);
        } catch (Internal lie) {
            words = lie.why();
        }
        if (words.isBlank()) {
            words = "it ended with code " + outcome.code + " " + outcome.complaint;
        }
        String why = command + ": " + PluginAnswer.shown(words.strip());
        return switch ((int) code) {
            case 1, 2, 4, 6, 7 -> new InvalidArgument(doing, why, "correct the configuration of the network");
            case 11, 50, 51 -> new Unavailable(doing, why, "try again later");
            default -> new Internal(doing, why, "look at what the plugin says");
        };
    }
}
