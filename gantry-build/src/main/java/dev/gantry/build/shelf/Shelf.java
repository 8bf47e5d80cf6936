package dev.gantry.build.shelf;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.linux.DirectoryCalls;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// Directories that stay, each with a note beside it that says what it is, and that is as old as its last use. One that
/// is used is never taken away.
public final class Shelf implements AutoCloseable {
    private static final String HALF = "-half";
    private static final String GONE = "-gone";
    private static final String NOTE = ".note";
    private static final int LARGEST_NOTE = 4096;

    private final Linux linux;
    private final Path directory;
    private final Fd place;
    private final Clock clock;
    private final AtomicLong number = new AtomicLong();
    private final AtomicBoolean used = new AtomicBoolean();

    /// Guarded by its own lock, under which nothing is done but to give a directory another name.
    private final Map<String, Use> uses = new HashMap<>();

    /// Its lock is held by who makes the directory.
    private static final class Use {
        int users;
    }

    public Shelf(Linux linux, Path directory, Clock clock) {
        this.linux = linux;
        this.directory = directory;
        this.clock = clock;
        try {
            this.place = linux.files().openDirectory(directory.toString());
            for (String name : names()) {
                if (name.endsWith(HALF) || name.contains(GONE)) {
                    linux.trees().delete(place, name);
                }
            }
        } catch (LinuxError e) {
            throw e.during("open what builds keep in " + directory);
        }
    }

    /// What people are told of a directory.
    ///
    /// @param type as the build cache of Docker names kinds of records
    public record Label(String type, String description) {
        public Label {
            description = description.replaceAll("\\p{Cntrl}", " ");
        }
    }

    public record Row(String id, Label label, long bytes, Instant created, Instant used, boolean inUse) {}

    /// Fills a new directory.
    @FunctionalInterface
    public interface Making {
        void fill(Fd place, String name);
    }

    /// A directory in use, until it is closed.
    public record Taken(Path path, Runnable after) implements AutoCloseable {
        @Override
        public void close() {
            after.run();
        }
    }

    /// @param name a name of a file
    /// @param making makes the directory when it is not there, under another name first
    public Taken take(String name, Label label, Making making) {
        Use use;
        synchronized (uses) {
            use = uses.computeIfAbsent(name, _ -> new Use());
            use.users++;
        }
        boolean taken = false;
        try {
            synchronized (use) {
                if (linux.attributes().find(place, name).isEmpty()) {
                    String half = name + HALF;
                    linux.trees().delete(place, half);
                    making.fill(place, half);
                    linux.directories().renameNew(place, half, place, name);
                }
                note(name, label);
            }
            taken = true;
            return new Taken(directory.resolve(name), () -> left(name));
        } catch (LinuxError e) {
            throw e.during("make " + label.description());
        } finally {
            if (!taken) {
                left(name);
            }
        }
    }

    private void note(String name, Label label) {
        byte[] text = (label.type() + "\n" + label.description() + "\n").getBytes(UTF_8);
        int flags = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.TRUNCATE;
        try (Fd file = linux.files().open(place, name + NOTE, flags, 0600, Resolve.PLAIN)) {
            linux.files().write(file, text, 0, Math.min(text.length, LARGEST_NOTE));
            Instant now = clock.instant();
            linux.attributes().times(file, now, now);
        }
    }

    /// Whether something was used since this was asked the last time.
    public boolean wasUsed() {
        return used.getAndSet(false);
    }

    private void left(String name) {
        used.set(true);
        synchronized (uses) {
            uses.computeIfPresent(name, (_, use) -> --use.users == 0 ? null : use);
        }
    }

    /// All that is there, with the bytes that it has now: every file is looked at.
    public List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String name : names()) {
            if (!name.endsWith(NOTE) && !name.endsWith(HALF) && !name.contains(GONE)) {
                try {
                    rows.add(row(name));
                } catch (LinuxError e) {
                    if (!e.is(Errno.ENOENT)) {
                        throw e.during("look at what builds keep");
                    }
                }
            }
        }
        return rows;
    }

    private Row row(String name) {
        Stat made = linux.attributes().stat(place, name);
        Label label = new Label("regular", name);
        Instant used = made.modified();
        try (Fd note = linux.files().openRegular(place, name + NOTE, Resolve.PLAIN)) {
            String[] lines = new String(linux.files().readAll(note, LARGEST_NOTE), UTF_8).split("\n", 2);
            label = lines.length < 2 ? label : new Label(lines[0], lines[1].strip());
            used = linux.attributes().stat(note).modified();
        } catch (LinuxError e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
        boolean inUse;
        synchronized (uses) {
            inUse = uses.containsKey(name);
        }
        return new Row(name, label, TreeSize.of(linux, place, name), made.changed(), used, inUse);
    }

    /// Takes away what was last used before `before`, the oldest first, until no more than `most` bytes are left; what
    /// is in use stays. Returns what has gone.
    public List<Row> prune(long most, Instant before) {
        List<Row> rows = rows();
        long bytes = rows.stream().mapToLong(Row::bytes).sum();
        List<Row> gone = new ArrayList<>();
        rows.sort(Comparator.comparing(Row::used));
        for (Row row : rows) {
            if (most > 0 && bytes <= most) {
                break;
            }
            if (row.used().isBefore(before) && removed(row.id())) {
                bytes -= row.bytes();
                gone.add(row);
            }
        }
        return gone;
    }

    private boolean removed(String name) {
        String aside = name + GONE + number.incrementAndGet();
        try {
            synchronized (uses) {
                if (uses.containsKey(name)) {
                    return false;
                }
                linux.directories().renameNew(place, name, place, aside);
            }
            linux.trees().delete(place, name + NOTE);
            linux.trees().delete(place, aside);
            return true;
        } catch (LinuxError e) {
            if (e.is(Errno.EBUSY, Errno.EXDEV, Errno.ENOENT)) {
                return false;
            }
            throw e.during("prune what builds keep");
        }
    }

    private List<String> names() {
        try (Fd listing = linux.files().open(place, ".", OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.PLAIN)) {
            return linux.directories().entries(listing).stream()
                    .map(DirectoryCalls.Entry::name)
                    .toList();
        }
    }

    /// Of a file in a directory that was taken.
    public Optional<Fd> file(Taken taken, String name) {
        try (Fd in = linux.files().openDirectory(taken.path().toString())) {
            return Optional.of(linux.files().openRegular(in, name, Resolve.PLAIN));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e.during("read what builds keep");
        }
    }

    @Override
    public void close() {
        place.close();
    }
}
