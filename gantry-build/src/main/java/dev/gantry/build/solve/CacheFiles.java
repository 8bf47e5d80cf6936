package dev.gantry.build.solve;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Digest;
import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The records of a cache, one file each, named by its key and as old as its last use. They are not synced: one that a
/// crash has cut or lost is a step done once more.
final class CacheFiles implements AutoCloseable {
    private static final int LARGEST = 1 << 20;
    private static final String HALF = ".half";

    private final Linux linux;
    private final Fd directory;

    CacheFiles(Linux linux, Path directory) {
        this.linux = linux;
        try {
            this.directory = linux.files().openDirectory(directory.toString());
        } catch (LinuxError e) {
            throw e.during("open the build cache " + directory);
        }
    }

    record Stored(CacheRecord record, Instant used) {}

    /// What is not whole is taken away.
    List<Stored> all() {
        List<Stored> all = new ArrayList<>();
        try (Fd listing = linux.files().open(directory, ".", OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.PLAIN)) {
            for (DirectoryCalls.Entry entry : linux.directories().entries(listing)) {
                read(entry.name()).ifPresentOrElse(all::add, () -> linux.trees().delete(directory, entry.name()));
            }
            return all;
        } catch (LinuxError e) {
            throw e.during("read the build cache");
        }
    }

    private Optional<Stored> read(String name) {
        try (Fd file = linux.files().openRegular(directory, name, Resolve.PLAIN)) {
            byte[] bytes = linux.files().readAll(file, LARGEST);
            Instant used = linux.attributes().stat(file).modified();
            return CacheRecord.parse(new String(bytes, UTF_8))
                    .filter(r -> r.key().hex().equals(name))
                    .map(r -> new Stored(r, used));
        } catch (LinuxError e) {
            return Optional.empty();
        }
    }

    void put(CacheRecord record) {
        String name = record.key().hex();
        int flags = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.TRUNCATE;
        byte[] bytes = record.text().getBytes(UTF_8);
        try (Fd file = linux.files().open(directory, name + HALF, flags, 0600, Resolve.PLAIN)) {
            linux.files().write(file, bytes, 0, bytes.length);
            linux.directories().rename(directory, name + HALF, directory, name);
        } catch (LinuxError e) {
            throw e.during("write the build cache");
        }
    }

    void used(Digest key, Instant at) {
        try {
            linux.attributes().times(directory, key.hex(), at, at);
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT)) {
                throw e.during("write the build cache");
            }
        }
    }

    void remove(Digest key) {
        try {
            linux.trees().delete(directory, key.hex());
        } catch (LinuxError e) {
            throw e.during("prune the build cache");
        }
    }

    @Override
    public void close() {
        directory.close();
    }
}
