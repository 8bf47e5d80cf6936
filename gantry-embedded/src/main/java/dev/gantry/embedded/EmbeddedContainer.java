package dev.gantry.embedded;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.WaitCondition;
import dev.gantry.engine.exec.ExecSpec;
import dev.gantry.engine.exec.Execs;
import dev.gantry.engine.files.ContainerFiles;
import dev.gantry.engine.log.LogQuery;
import dev.gantry.engine.log.LogRecord;
import dev.gantry.engine.log.LogStream;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarReader;
import dev.gantry.images.layer.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A container of this program. Closing it kills and removes it.
public final class EmbeddedContainer implements AutoCloseable {
    private static final int OUTPUT_LIMIT = 16 << 20;
    private static final Duration EXEC_LIMIT = Duration.ofHours(1);

    private final Gantry engine;
    private final ContainerId id;

    EmbeddedContainer(Gantry engine, ContainerId id) {
        this.engine = engine;
        this.id = id;
    }

    public ContainerId id() {
        return id;
    }

    /// As it is now; [NotFound] after its removal.
    public Container look() {
        return engine.containers().find(id.hex());
    }

    /// Its end, or empty when `limit` passed first.
    public Optional<Exit> await(Duration limit) {
        return engine.containers().expect(id, WaitCondition.NOT_RUNNING).within(limit);
    }

    /// Runs a program in it to its end.
    public Execs.Ended exec(String... command) throws InterruptedException {
        return exec(ExecSpec.of(command), EXEC_LIMIT);
    }

    /// The same; what has not ended after `limit` is killed with all that it has started.
    public Execs.Ended exec(ExecSpec spec, Duration limit) throws InterruptedException {
        return engine.execs().run(id, spec, limit, OUTPUT_LIMIT);
    }

    /// What it has written up to now, both streams in the order in which they came.
    public String logs() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (LogStream records = engine.logs().open(id, LogQuery.ALL)) {
            for (Optional<LogRecord> next = records.next(); next.isPresent(); next = records.next()) {
                all.writeBytes(next.get().bytes());
            }
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /// Writes a file; its directory is there.
    public void write(String path, byte[] content) {
        int slash = path.lastIndexOf('/');
        String name = path.substring(slash + 1);
        if (!path.startsWith("/") || name.isEmpty()) {
            throw new InvalidArgument("write " + path, "it is no absolute path of a file", "begin it with a slash");
        }
        try {
            ByteArrayOutputStream tar = new ByteArrayOutputStream();
            TarWriter writer = new TarWriter(tar);
            writer.write(file(name, content.length), new ByteArrayInputStream(content));
            writer.finish();
            engine.files()
                    .write(
                            id,
                            slash == 0 ? "/" : path.substring(0, slash),
                            new ByteArrayInputStream(tar.toByteArray()),
                            new ContainerFiles.Arrival(true, false));
        } catch (IOException e) {
            throw new Internal("write " + path, String.valueOf(e.getMessage()), "look at the disk of the root", e);
        }
    }

    private static TarEntry file(String name, long size) {
        return new TarEntry(
                TarEntry.Type.FILE, name, "", 0644, 0, 0, size, Instant.now(), 0, 0, Map.of(), false, List.of());
    }

    /// Reads a file. For directories and large files there is `engine().files()`.
    public byte[] read(String path) {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        try (ContainerFiles.Outgoing files = engine.files().read(id, path)) {
            files.write(tar);
            TarReader reader = new TarReader(new ByteArrayInputStream(tar.toByteArray()), path);
            TarEntry entry = reader.next()
                    .filter(e -> e.type() == TarEntry.Type.FILE && !e.sparse())
                    .orElseThrow(() -> new InvalidArgument(
                            "read " + path, "it is no plain file", "copy it out with engine().files()"));
            byte[] content = new byte[Math.toIntExact(entry.size())];
            int at = 0;
            for (int n = 0; at < content.length && n >= 0; at += Math.max(n, 0)) {
                n = reader.read(content, at, content.length - at);
            }
            return content;
        } catch (IOException e) {
            throw new Internal("read " + path, String.valueOf(e.getMessage()), "ask again", e);
        }
    }

    @Override
    public void close() {
        try {
            engine.containers().remove(id, true, true);
        } catch (NotFound gone) {
            return; // of its own accord
        }
    }
}
