package dev.gantry.volume;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The volumes of one data root. A volume has *users*, who hold it against removal, and among them those
/// who have it *mounted*. Both are kept in memory: whoever opens the store tells them again. What does
/// not exist is [NotFound].
///
/// ```java
/// try (var volumes = Volumes.open(linux, root.resolve("volumes"), table, clock, random)) {
///     volumes.hold(VolumeRequest.named("data"), container);
///     Path source = volumes.mount("data", container);
/// }
/// ```
public final class Volumes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Volumes.class);

    private final Linux linux;
    private final VolumeTable table;
    private final VolumeDirectories directories;
    private final Backings backings;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();

    /// One name.
    private static final class Entry {
        /// Orders what is done to this volume, also over I/O: it is the queue of this one volume.
        final ReentrantLock turn = new ReentrantLock();

        // Guarded by `turn`.
        @Nullable
        Volume volume;

        final Set<String> users = new TreeSet<>();
        final Set<String> mounted = new TreeSet<>();
    }

    private Volumes(Linux linux, Path root, VolumeTable table, Clock clock, RandomGenerator random) {
        this.linux = linux;
        this.table = table;
        this.clock = clock;
        this.random = random;
        this.directories = new VolumeDirectories(linux, root, random);
        this.backings = new Backings(linux);
    }

    /// Opens the store and finishes what another left unfinished. A directory that the table does not
    /// know and that says what it is becomes a volume again: nothing that a user stored is garbage.
    public static Volumes open(Linux linux, Path root, VolumeTable table, Clock clock, RandomGenerator random) {
        var volumes = new Volumes(linux, root, table, clock, random);
        for (Volume v : table.load()) {
            volumes.finish(v);
        }
        for (String name : volumes.directories.names()) {
            if (!volumes.entries.containsKey(name)) {
                volumes.directories.document(name).ifPresent(v -> {
                    LOG.warn("volume name={} was not in the database and is taken back", name);
                    table.create(v.with(""));
                    volumes.entry(name).volume = v.with("");
                });
            }
        }
        return volumes;
    }

    private void finish(Volume stored) {
        Volume v = stored;
        if (v.intent().equals(Volume.REMOVING)) {
            unmountQuietly(v.name());
            directories.moveAway(v.name());
            table.delete(v.name());
            return;
        }
        if (v.intent().startsWith(Volume.FROM)) {
            String from = v.intent().substring(Volume.FROM.length());
            v = v.with("");
            if (directories.exists(from) && !directories.exists(v.name())) {
                directories.rename(from, v);
            }
            table.update(v);
        }
        entry(v.name()).volume = v;
    }

    /// Lets go of mounts that nobody told to have, and deletes garbage. To be called once, when all
    /// users are told.
    public void settle() {
        for (Entry e : entries.values()) {
            e.turn.lock();
            try {
                Volume v = e.volume;
                if (v != null && e.mounted.isEmpty()) {
                    unmountQuietly(v.name());
                }
            } finally {
                e.turn.unlock();
            }
        }
        try {
            directories.sweep();
        } catch (GantryException e) {
            LOG.warn("garbage left: {}", e.getMessage());
        }
    }

    private void unmountQuietly(String name) {
        try {
            if (directories.exists(name) && directories.isMounted(name)) {
                try (Fd directory = directories.open(name)) {
                    backings.unmount(directory);
                }
            }
        } catch (GantryException | LinuxError e) {
            LOG.warn("volume name={} left mounted: {}", name, e.getMessage());
        }
    }

    private Entry entry(String name) {
        return entries.computeIfAbsent(name, _ -> new Entry());
    }

    private <T> T inTurn(String name, Function<Entry, T> work) {
        Entry e = entry(name);
        e.turn.lock();
        try {
            return work.apply(e);
        } finally {
            e.turn.unlock();
        }
    }

    private static Volume need(Entry e, String name) {
        Volume v = e.volume;
        if (v == null) {
            throw new NotFound("get " + name, "no such volume", "see the list of volumes");
        }
        return v;
    }

    /// Makes a volume, durable on return. One that is there already is returned, if nothing else was
    /// asked for.
    public Volume create(VolumeRequest request) {
        VolumeName name = request.name().isEmpty() ? VolumeName.random(random) : new VolumeName(request.name());
        return inTurn(name.text(), e -> createIn(e, name, request));
    }

    private Volume createIn(Entry e, VolumeName name, VolumeRequest request) {
        Volume there = e.volume;
        if (there != null) {
            if (!request.options().isEmpty() && !request.options().equals(there.options())) {
                throw new Conflict(
                        "create volume " + name,
                        "there is one of this name with other options",
                        "choose another name, or remove the volume first");
            }
            return there;
        }
        LocalOptions options = LocalOptions.parse(request.options());
        var made = new Volume(
                name.text(),
                clock.instant().toString(),
                request.labels(),
                request.options(),
                request.name().isEmpty(),
                "");
        directories.make(made, directory -> backings.prepare(options, directory));
        try {
            table.create(made);
        } catch (GantryException failure) {
            try {
                directories.delete(directories.moveAway(name.text()));
            } catch (GantryException left) {
                failure.addSuppressed(left);
            }
            throw failure;
        }
        e.volume = made;
        return made;
    }

    public Optional<Volume> find(String name) {
        return Optional.ofNullable(entries.get(name)).flatMap(e -> Optional.ofNullable(e.volume));
    }

    /// By name.
    public List<Volume> list() {
        List<Volume> all = new ArrayList<>();
        entries.values().forEach(e -> Optional.ofNullable(e.volume).ifPresent(all::add));
        all.sort(Comparator.comparing(Volume::name));
        return all;
    }

    /// Where its files are on this host while it is mounted.
    public Path mountpoint(String name) {
        return directories.data(name);
    }

    /// How much room its files take; 0 when it is gone meanwhile.
    public long bytes(String name) {
        try (Fd data = directories.openData(name)) {
            return TreeSize.of(linux, data);
        } catch (NotFound gone) {
            return 0;
        } catch (LinuxError e) {
            throw e.during("measure volume " + name);
        }
    }

    /// Who holds it.
    public List<String> users(String name) {
        return inTurn(name, e -> List.copyOf(e.users));
    }

    /// Removes it and its files; [Conflict] while somebody holds it.
    public void remove(String name) {
        inTurn(name, e -> {
            Volume v = need(e, name);
            requireUnused("remove " + name, e);
            table.update(v.with(Volume.REMOVING));
            unmountQuietly(name);
            String moved = directories.moveAway(name);
            table.delete(name);
            e.volume = null;
            directories.delete(moved);
            return v;
        });
    }

    /// Gives it another name, while nobody holds it.
    public Volume rename(String from, String to) {
        VolumeName name = new VolumeName(to);
        return inBoth(from, to, (old, fresh) -> {
            Volume v = need(old, from);
            if (fresh.volume != null) {
                throw new Conflict("rename volume " + from, "there is a volume " + to, "choose another name");
            }
            requireUnused("rename volume " + from, old);
            Volume renamed = v.named(name.text(), "");
            table.rename(from, renamed.with(Volume.FROM + from));
            directories.rename(from, renamed);
            table.update(renamed);
            old.volume = null;
            fresh.volume = renamed;
            return renamed;
        });
    }

    private static void requireUnused(String what, Entry e) {
        if (!e.users.isEmpty()) {
            throw new Conflict(
                    what,
                    "volume is in use - [" + String.join(", ", e.users) + "]",
                    "remove the containers that use it first");
        }
    }

    /// Keeps those who have a volume mounted from writing to it while `work` reads it, and lets go of them then. The
    /// work asks its argument again and again, which throws when it takes too long.
    @FunctionalInterface
    public interface Still {
        void during(Set<String> users, Consumer<Runnable> work);
    }

    /// A new volume with what `from` has at one moment. It appears when all of it is on disk, or not at all. One that
    /// is mounted from elsewhere becomes a directory of the store.
    public Volume copy(String from, VolumeRequest to, Still still) {
        VolumeName name = new VolumeName(to.name());
        return inBoth(from, name.text(), (source, fresh) -> {
            Volume v = need(source, from);
            if (fresh.volume != null) {
                throw new Conflict("copy volume " + from, "there is a volume " + name, "choose another name");
            }
            Volume made = copyOf(v, name.text(), to.labels());
            reading(source, v, data -> directories.make(made, d -> fill(d, made, source, data, still)));
            table.create(made);
            fresh.volume = made;
            return made;
        });
    }

    /// Gives `name` what `from` has, in one step, while nobody has it mounted.
    public Volume restore(String name, String from, Still still) {
        return inBoth(from, name, (source, target) -> {
            Volume v = need(source, from);
            Volume old = replaceable(target, name);
            reading(source, v, data -> directories.replace(old, d -> fill(d, old, source, data, still)));
            return old;
        });
    }

    /// The same with what `writer` puts into an empty directory.
    public Volume restore(String name, Consumer<Fd> writer) {
        return inTurn(name, target -> {
            Volume old = replaceable(target, name);
            directories.replace(old, directory -> written(directory, old, writer));
            return old;
        });
    }

    private static Volume replaceable(Entry target, String name) {
        Volume old = need(target, name);
        String what = "restore volume " + name;
        if (!target.mounted.isEmpty()) {
            throw new Conflict(what, "a container runs with it", "stop the containers that use it first");
        }
        if (LocalOptions.parse(old.options()) instanceof LocalOptions.Mounted m) {
            throw new Unsupported(
                    what,
                    "its files are not in the store, but at " + m.device(),
                    "restore into a volume without type and device");
        }
        return old;
    }

    private Volume copyOf(Volume v, String name, Map<String, String> labels) {
        boolean elsewhere = LocalOptions.parse(v.options()) instanceof LocalOptions.Mounted;
        Map<String, String> options = elsewhere ? Map.of() : v.options();
        return new Volume(name, clock.instant().toString(), labels, options, false, "");
    }

    /// What a volume has at one moment, for `reader`. While somebody has it mounted, that is a copy which nobody else
    /// sees, and which ends with the reading or with this process.
    public void read(String name, Still still, Consumer<Fd> reader) {
        inTurn(name, e -> aside(e, name, still, reader)).ifPresent(copy -> copy.read(reader));
    }

    private Optional<Aside> aside(Entry e, String name, Still still, Consumer<Fd> reader) {
        Volume v = need(e, name);
        if (e.mounted.isEmpty()) {
            reading(e, v, reader);
            return Optional.empty();
        }
        Volume copy = copyOf(v, name, Map.of());
        List<String> made = new ArrayList<>();
        reading(e, v, data -> made.add(directories.makeAside(copy, d -> fill(d, copy, e, data, still))));
        return Optional.of(new Aside(copy, made.getFirst()));
    }

    /// A copy without a name, to be read once, in nobody's turn.
    private final class Aside {
        private final Volume copy;
        private final String directory;

        Aside(Volume copy, String directory) {
            this.copy = copy;
            this.directory = directory;
        }

        void read(Consumer<Fd> reader) {
            try (Fd opened = directories.open(directory)) {
                backings.mount(LocalOptions.parse(copy.options()), opened);
                try (Fd data = directories.openData(opened)) {
                    reader.accept(data);
                } finally {
                    backings.unmount(opened);
                }
            } catch (LinuxError e) {
                throw e.during("read volume " + copy.name());
            } finally {
                directories.delete(directory);
            }
        }
    }

    private void reading(Entry e, Volume v, Consumer<Fd> work) {
        String turn = "(copy)";
        mount(v.name(), turn);
        e.mounted.remove(turn);
        try (Fd data = directories.openData(v.name())) {
            work.accept(data);
        } finally {
            if (e.mounted.isEmpty()) {
                unmountQuietly(v.name());
            }
        }
    }

    private void fill(Fd directory, Volume made, Entry source, Fd data, Still still) {
        Set<String> users = Set.copyOf(source.mounted);
        written(directory, made, to -> still.during(users, check -> TreeCopy.copy(linux, data, to, check)));
    }

    private void written(Fd directory, Volume made, Consumer<Fd> writer) {
        LocalOptions options = LocalOptions.parse(made.options());
        backings.prepare(options, directory);
        backings.mount(options, directory);
        try (Fd target = directories.openData(directory)) {
            writer.accept(target);
            linux.files().syncFilesystem(target);
        } finally {
            backings.unmount(directory);
        }
    }

    private <T> T inBoth(String a, String b, BiFunction<Entry, Entry, T> work) {
        if (a.equals(b)) {
            throw new Conflict("change volume " + a, "it has this name already", "choose another name");
        }
        // Always in the same order, so that two of these cannot wait for each other.
        return a.compareTo(b) < 0
                ? inTurn(a, first -> inTurn(b, second -> work.apply(first, second)))
                : inTurn(b, second -> inTurn(a, first -> work.apply(first, second)));
    }

    /// Makes `user` a user of the volume, which is created when it is not there.
    public Volume hold(VolumeRequest request, String user) {
        VolumeName name = request.name().isEmpty() ? VolumeName.random(random) : new VolumeName(request.name());
        return inTurn(name.text(), e -> {
            Volume v = createIn(e, name, request);
            e.users.add(user);
            return v;
        });
    }

    /// Tells of a user from before, also of a volume that is not there any more.
    public void held(String name, String user) {
        inTurn(name, e -> e.users.add(user));
    }

    public void letGo(String name, String user) {
        inTurn(name, e -> e.users.remove(user));
    }

    /// Has it mounted for `user`, until [#unmount]. Mounting twice for one user is mounting once.
    public Path mount(String name, String user) {
        return inTurn(name, e -> {
            Volume v = need(e, name);
            if (!directories.exists(name)) {
                throw new NotFound(
                        "mount volume " + name,
                        "its directory " + mountpoint(name).getParent() + " is gone",
                        "put it back, or remove the volume");
            }
            try (Fd directory = directories.open(name)) {
                backings.mount(LocalOptions.parse(v.options()), directory);
            } catch (LinuxError failure) {
                throw failure.during("mount volume " + name);
            }
            e.mounted.add(user);
            return mountpoint(name);
        });
    }

    /// Tells of a user who has had it mounted since before.
    public void mounted(String name, String user) {
        inTurn(name, e -> e.mounted.add(user));
    }

    /// Unmounts it when `user` was the last. False when `user` did not have it mounted.
    public boolean unmount(String name, String user) {
        return inTurn(name, e -> {
            boolean had = e.mounted.remove(user);
            if (had && e.mounted.isEmpty() && e.volume != null) {
                unmountQuietly(name);
            }
            return had;
        });
    }

    /// Its files, while it is mounted for somebody.
    public Fd openData(String name) {
        return directories.openData(name);
    }

    /// Copies what is in `source`, and owner and mode of the directory itself, into the volume if
    /// nothing is in it yet. Returns whether it was so.
    public boolean fillIfEmpty(String name, String user, Fd source) {
        return inTurn(name, e -> {
            String turn = user + " fills it";
            mount(name, turn);
            try (Fd data = directories.openData(name)) {
                if (!directories.isEmpty(data)) {
                    return false;
                }
                boolean alone = e.users.equals(Set.of(user)) && e.mounted.equals(Set.of(turn));
                if (alone && !directories.isMounted(name)) {
                    directories.replaceEmpty(name, source);
                } else {
                    TreeCopy.copy(linux, source, data);
                }
                return true;
            } catch (LinuxError failure) {
                throw failure.during("fill volume " + name);
            } finally {
                unmount(name, turn);
            }
        });
    }

    @Override
    public void close() {
        directories.close();
    }
}
