package dev.gantry.cli;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.base.path.Patterns;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/// A caller in memory, at a time that stands still unless told otherwise, whose directory is `/home/me`.
final class MemoryCaller implements Caller {
    final Map<String, String> environment = new HashMap<>();
    final Map<String, byte[]> files = new HashMap<>();
    final Set<Stream> terminals = EnumSet.noneOf(Stream.class);
    final List<String> log = new CopyOnWriteArrayList<>();
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    InputStream in = InputStream.nullInputStream();
    Instant time = Instant.parse("2026-11-21T12:00:00Z");

    /// How much later it is after each look at the clock.
    Duration step = Duration.ZERO;

    Consumer<String> signals = _ -> {};

    MemoryCaller file(String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    @Override
    public List<String> names(String directory) {
        return files.keySet().stream()
                .filter(f -> f.startsWith(directory + "/"))
                .map(f -> f.substring(directory.length() + 1).split("/")[0])
                .distinct()
                .toList();
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public OutputStream out() {
        return out;
    }

    @Override
    public OutputStream err() {
        return err;
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public Instant now() {
        Instant now = time;
        time = time.plus(step);
        return now;
    }

    @Override
    public ZoneId zone() {
        return ZoneOffset.UTC;
    }

    @Override
    public InputStream open(String path) {
        byte[] file = files.get(absolute(path));
        if (file == null) {
            throw new NotFound("open " + path, "there is no such file or directory", "check the path");
        }
        return new ByteArrayInputStream(file);
    }

    @Override
    public long size(String path) {
        byte[] file = files.get(absolute(path));
        return file == null ? 0 : file.length;
    }

    /// Programs by their names: what they do, and their exit codes.
    final Map<String, ToIntFunction<List<String>>> programs = new HashMap<>();

    @Override
    public int program(List<String> command, String directory, OutputStream printed) {
        log.add("in " + absolute(directory) + ": " + String.join(" ", command));
        ToIntFunction<List<String>> program = programs.get(command.getFirst());
        if (program == null) {
            throw new NotFound("run " + command.getFirst(), "there is no such program", "install it");
        }
        return program.applyAsInt(command);
    }

    /// The names of the files below it, for want of a tar.
    @Override
    public InputStream archive(String directory) {
        String below = absolute(directory) + "/";
        String names = String.join(
                "\n",
                files.keySet().stream()
                        .filter(f -> f.startsWith(below))
                        .sorted()
                        .toList());
        return new ByteArrayInputStream(names.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @Override
    public Kind kind(String path) {
        if (files.containsKey(absolute(path))) {
            return Kind.FILE;
        }
        String at = absolute(path);
        return at.equals("/home/me") || !names(at).isEmpty() ? Kind.DIRECTORY : Kind.ABSENT;
    }

    /// There are no links.
    @Override
    public String followed(String path) {
        return path;
    }

    @Override
    public InputStream pack(String path, String as) {
        return new ByteArrayInputStream((absolute(path) + " as " + as).getBytes(StandardCharsets.UTF_8));
    }

    /// The names of the files, for want of a tar.
    @Override
    public InputStream packWithout(String directory, Patterns ignored) {
        String below = absolute(directory) + "/";
        String names = files.keySet().stream()
                .filter(f -> f.startsWith(below) && !ignored.matches(f.substring(below.length())))
                .map(f -> f.substring(below.length()))
                .sorted()
                .collect(java.util.stream.Collectors.joining(" "));
        return new ByteArrayInputStream(names.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void unpack(InputStream tar, String directory, String from, String to) {
        log.add("unpack " + from + " to " + absolute(directory) + " as " + to);
    }

    @Override
    public OutputStream create(String path) {
        if (files.containsKey(absolute(path))) {
            throw new Conflict("create " + path, "it exists already", "remove it, or name another");
        }
        return replace(path);
    }

    @Override
    public Replacement replace(String path) {
        var bytes = new ByteArrayOutputStream();
        return new Replacement(bytes) {
            @Override
            public void close() {
                files.put(absolute(path), bytes.toByteArray());
            }

            @Override
            public void abandon() {
                log.add("abandon " + absolute(path));
            }
        };
    }

    @Override
    public void makeDirectory(String path) {
        log.add("mkdir " + absolute(path));
    }

    @Override
    public String absolute(String path) {
        return java.nio.file.Path.of("/home/me").resolve(path).normalize().toString();
    }

    @Override
    public boolean isTerminal(Stream stream) {
        return terminals.contains(stream);
    }

    @Override
    public Terminal terminal() {
        return new Terminal() {
            @Override
            public Size size() {
                return new Size(24, 80);
            }

            @Override
            public Scope raw() {
                log.add("raw");
                return () -> log.add("cooked");
            }

            @Override
            public Scope onResize(Runnable changed) {
                return () -> {};
            }
        };
    }

    @Override
    public Scope onSignals(Consumer<String> handler) {
        signals = handler;
        return () -> signals = _ -> {};
    }
}
