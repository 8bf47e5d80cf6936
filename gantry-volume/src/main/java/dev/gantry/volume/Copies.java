package dev.gantry.volume;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// What is done with all files of a volume: it is copied, read, replaced, filled. Each change is seen as a whole, or
/// not
/// at all.
public final class Copies {
    private final Linux linux;
    private final VolumeTable table;
    private final Turns turns;
    private final VolumeDirectories directories;
    private final Backings backings;
    private final Mounts mounts;
    private final Clock clock;

    Copies(
            Linux linux,
            VolumeTable table,
            Turns turns,
            VolumeDirectories directories,
            Backings backings,
            Mounts mounts,
            Clock clock) {
        this.linux = linux;
        this.table = table;
        this.turns = turns;
        this.directories = directories;
        this.backings = backings;
        this.mounts = mounts;
        this.clock = clock;
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
        return turns.inBoth(from, name.text(), (source, fresh) -> {
            Volume v = Turns.need(source, from);
            if (fresh.volume != null) {
                throw new Conflict("copy volume " + from, "there is a volume " + name, "choose another name");
            }
            Elsewhere.requireLocal("copy volume " + from, v);
            Volume made = copyOf(v, name.text(), to.labels());
            mounts.during(source, v.name(), data -> directories.make(made, d -> fill(d, made, source, data, still)));
            try {
                table.create(made);
            } catch (GantryException failure) {
                directories.withdraw(made.name(), failure);
                throw failure;
            }
            fresh.volume = made;
            return made;
        });
    }

    /// Gives `name` what `from` has, in one step, while nobody has it mounted.
    public Volume restore(String name, String from, Still still) {
        return turns.inBoth(from, name, (source, target) -> {
            Volume v = Turns.need(source, from);
            Elsewhere.requireLocal("copy volume " + from, v);
            Volume old = replaceable(target, name);
            mounts.during(source, v.name(), data -> directories.replace(old, d -> fill(d, old, source, data, still)));
            return old;
        });
    }

    /// The same with what `writer` puts into an empty directory.
    public Volume restore(String name, Consumer<Fd> writer) {
        return turns.in(name, target -> {
            Volume old = replaceable(target, name);
            directories.replace(old, directory -> written(directory, old, writer));
            return old;
        });
    }

    private static Volume replaceable(Turns.Entry target, String name) {
        Volume old = Turns.need(target, name);
        String what = "restore volume " + name;
        Elsewhere.requireLocal(what, old);
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
        return new Volume(name, clock.instant().toString(), labels, options, false, "", Volume.LOCAL);
    }

    /// What a volume has at one moment, for `reader`. While somebody has it mounted, that is a copy which nobody else
    /// sees, and which ends with the reading or with this process.
    public void read(String name, Still still, Consumer<Fd> reader) {
        turns.in(name, e -> aside(e, name, still, reader)).ifPresent(copy -> copy.read(reader));
    }

    private Optional<Aside> aside(Turns.Entry e, String name, Still still, Consumer<Fd> reader) {
        Volume v = Turns.need(e, name);
        Elsewhere.requireLocal("read volume " + name, v);
        if (e.mounted.isEmpty()) {
            mounts.during(e, v.name(), reader);
            return Optional.empty();
        }
        Volume copy = copyOf(v, name, Map.of());
        List<String> made = new ArrayList<>();
        mounts.during(e, v.name(), data -> made.add(directories.makeAside(copy, d -> fill(d, copy, e, data, still))));
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

    private void fill(Fd directory, Volume made, Turns.Entry source, Fd data, Still still) {
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

    /// Copies what is in `source`, and owner and mode of the directory itself, into the volume if
    /// nothing is in it yet. Returns whether it was so.
    public boolean fillIfEmpty(String name, String user, Fd source) {
        return turns.in(name, e -> {
            var filled = new AtomicBoolean();
            mounts.during(e, name, data -> filled.set(fillIfEmpty(e, name, user, source, data)));
            return filled.get();
        });
    }

    private boolean fillIfEmpty(Turns.Entry e, String name, String user, Fd source, Fd data) {
        try {
            if (!directories.isEmpty(data)) {
                return false;
            }
            boolean alone = e.users.equals(Set.of(user)) && e.mounted.isEmpty();
            if (Turns.need(e, name).isLocal() && alone && !directories.isMounted(name)) {
                directories.replaceEmpty(name, source);
            } else {
                TreeCopy.copy(linux, source, data);
            }
            return true;
        } catch (LinuxError failure) {
            throw failure.during("fill volume " + name);
        }
    }
}
