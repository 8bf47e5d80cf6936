package dev.gantry.engine.container;

import dev.gantry.base.Internal;
import dev.gantry.base.Unsupported;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The program that saves processes and makes them again, where the host has it.
final class Criu {
    private static final String LOG = "dump.log";
    private static final Duration CHECK = Duration.ofMinutes(1);

    /// As long as a disk may need for the memory of a large container.
    private static final Duration DUMP = Duration.ofMinutes(10);

    private static final int MOST_WORDS = 64 << 10;

    private final Supplier<Optional<Path>> finder;
    private volatile String able = "";

    private Criu(Supplier<Optional<Path>> finder) {
        this.finder = finder;
    }

    /// In the PATH of the engine, looked for when it is needed.
    static Criu ofPath() {
        return new Criu(() -> find(Optional.ofNullable(System.getenv("PATH")).orElse("")));
    }

    static Optional<Path> find(String path) {
        return List.of(path.split(":")).stream()
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, "criu"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// Its path. Once it said that it can work with this kernel it is not asked again.
    String path(String what) {
        String known = able;
        if (!known.isEmpty()) {
            return known;
        }
        String found = finder.get()
                .map(Path::toString)
                .orElseThrow(() -> new Unsupported(
                        what, "there is no criu in the PATH of the engine", "install criu 4 or newer on the host"));
        Ended check = run(what, List.of(found, "check"), CHECK);
        if (check.code() != 0) {
            throw new Unsupported(
                    what,
                    "criu check says that it cannot work with this kernel: " + firstError(check.words()),
                    "install a newer criu on the host");
        }
        able = found;
        return found;
    }

    /// Saves a process and its descendants to the directory `images`.
    void dump(String what, long pid, Path images, List<String> options) {
        List<String> argv = new ArrayList<>(List.of(
                path(what),
                "dump",
                "--tree",
                Long.toString(pid),
                "--images-dir",
                images.toString(),
                "--log-file",
                LOG,
                "-v2",
                "--root",
                "/",
                "--manage-cgroups=ignore",
                "--file-locks",
                "--evasive-devices"));
        argv.addAll(options);
        Ended end = run(what, argv, DUMP);
        if (end.code() != 0) {
            throw new Internal(
                    what,
                    "criu: " + firstError(images, end.words()),
                    "read what criu cannot save in its documentation, and do without that in the container");
        }
    }

    private static String firstError(Path images, String words) {
        try (Stream<String> log = Files.lines(images.resolve(LOG), StandardCharsets.ISO_8859_1)) {
            return firstError(Stream.concat(log, words.lines()));
        } catch (IOException _) {
            return firstError(words);
        }
    }

    /// The first one is the cause; those of a limit that it would rather have are none.
    static String firstError(String log) {
        return firstError(log.lines());
    }

    private static String firstError(Stream<String> lines) {
        return lines.filter(line -> line.contains("Error (") && !line.contains("RLIMIT_NOFILE"))
                .findFirst()
                .map(line -> line.substring(line.indexOf("Error (")))
                .orElse("it gave no reason");
    }

    private record Ended(int code, String words) {}

    private static Ended run(String what, List<String> argv, Duration limit) {
        try {
            Process process = new ProcessBuilder(argv)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            Thread.ofVirtual().name("criu-deadline").start(() -> endAfter(process, limit));
            InputStream said = process.getInputStream();
            String words = new String(said.readNBytes(MOST_WORDS), StandardCharsets.ISO_8859_1);
            said.transferTo(OutputStream.nullOutputStream());
            return new Ended(process.waitFor(), words);
        } catch (IOException e) {
            throw new Unsupported(what, "criu does not start: " + e.getMessage(), "install criu 4 or newer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Internal(what, "it was interrupted", "try it again", e);
        }
    }

    /// Whoever waits for it holds the container's turn.
    private static void endAfter(Process process, Duration limit) {
        try {
            if (!process.waitFor(limit)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
        }
    }
}
