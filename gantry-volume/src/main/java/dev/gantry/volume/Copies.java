package dev.gantry.volume;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.SlowCalls;
import dev.gantry.linux.TreeCopy;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
            String aside = aside("copy volume " + from, source, v, made, still);
            try {
                directories.publish(aside, made);
            } finally {
                directories.delete(aside);
            }
            inserted(made);
            turns.used(fresh);
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
            String aside = aside("restore volume " + name, source, v, old, still);
            try {
                directories.exchange(aside, old);
                turns.used(target);
            } finally {
                directories.delete(aside);
            }
            return old;
        });
    }

    /// What `from` has, as a directory for `made` that nobody sees yet. The turn of `from` is held.
    private String aside(String what, Turns.Entry source, Volume from, Volume made, Still still) {
        return mounts.during(
                source,
                from.name(),
                what,
                (data, progress) -> directories.makeAside(made, d -> fill(d, made, source, data, still, progress)),
                directories::delete);
    }

    /// Gives the volume `to` what `writer` puts into an empty directory, in one step; one that is not there is
    /// made of it, as the request says. A `fresh` one must not be there. Nobody waits for the writer, who may be
    /// slow: what others did meanwhile may refuse the step.
    public Volume restore(VolumeRequest to, boolean fresh, Consumer<Fd> writer) {
        VolumeName name = new VolumeName(to.name());
        Seen seen = turns.in(name.text(), target -> seen(target, name.text(), fresh));
        Optional<Volume> old = seen.volume();
        Volume made = old.orElseGet(() -> newVolume(name.text(), to.labels(), to.options()));
        requireInStore(name.text(), made);
        String beside = directories.makeAside(made, directory -> written(directory, made, writer));
        try {
            return turns.in(name.text(), target -> {
                if (!seen(target, name.text(), old.isEmpty()).equals(seen)) {
                    throw new Conflict(
                            "restore volume " + name, "another used or removed it meanwhile", "restore it again");
                }
                if (old.isPresent()) {
                    directories.exchange(beside, made);
                    turns.used(target);
                } else {
                    directories.publish(beside, made);
                    inserted(made);
                    turns.used(target);
                    target.volume = made;
                }
                return made;
            });
        } finally {
            directories.delete(beside);
        }
    }

    /// What a restore finds under its name, and when its files may have changed last.
    private record Seen(Optional<Volume> volume, long lastUse) {}

    private static Seen seen(Turns.Entry target, String name, boolean fresh) {
        return new Seen(replaceable(target, name, fresh), target.lastUse);
    }

    private static Optional<Volume> replaceable(Turns.Entry target, String name, boolean fresh) {
        if (target.volume == null) {
            return Optional.empty();
        }
        if (fresh) {
            throw new Conflict("restore volume " + name, "there is a volume " + name, "choose another name");
        }
        return Optional.of(replaceable(target, name));
    }

    private void inserted(Volume made) {
        try {
            table.create(made);
        } catch (GantryException failure) {
            directories.withdraw(made.name(), failure);
            throw failure;
        }
    }

    private static Volume replaceable(Turns.Entry target, String name) {
        Volume old = Turns.need(target, name);
        String what = "restore volume " + name;
        Elsewhere.requireLocal(what, old);
        if (!target.mounted.isEmpty()) {
            throw new Conflict(what, "a container runs with it", "stop the containers that use it first");
        }
        requireInStore(name, old);
        return old;
    }

    private static void requireInStore(String name, Volume v) {
        if (LocalOptions.parse(v.options()) instanceof LocalOptions.Mounted m) {
            throw new Unsupported(
                    "restore volume " + name,
                    "its files are not in the store, but at " + m.device(),
                    "restore into a volume without type and device");
        }
    }

    private Volume copyOf(Volume v, String name, Map<String, String> labels) {
        boolean elsewhere = LocalOptions.parse(v.options()) instanceof LocalOptions.Mounted;
        return newVolume(name, labels, elsewhere ? Map.of() : v.options());
    }

    private Volume newVolume(String name, Map<String, String> labels, Map<String, String> options) {
        return new Volume(name, clock.instant().toString(), labels, options, false, "", Volume.LOCAL);
    }

    /// What a volume has at one moment: a copy which nobody else sees, and which ends with its close or with this
    /// process. Others wait while it is made, and not for who reads it.
    public Moment moment(String name, Still still) {
        return turns.in(name, e -> {
            Volume v = Turns.need(e, name);
            Elsewhere.requireLocal("read volume " + name, v);
            Volume copy = copyOf(v, name, Map.of());
            return new Moment(v, copy, e.lastUse, aside("read volume " + name, e, v, copy, still));
        });
    }

    /// See [#moment]. It is to be closed by whoever asked for it.
    public final class Moment implements AutoCloseable {
        private final Volume volume;
        private final Volume copy;
        private final long lastUse;
        private final String directory;

        Moment(Volume volume, Volume copy, long lastUse, String directory) {
            this.volume = volume;
            this.copy = copy;
            this.lastUse = lastUse;
            this.directory = directory;
        }

        /// Of which it is.
        public Volume volume() {
            return volume;
        }

        /// For [Volumes#removeUnchanged].
        public long lastUse() {
            return lastUse;
        }

        /// How much room it takes.
        public long bytes() {
            try (Fd opened = directories.open(directory)) {
                return TreeSize.of(linux, opened, SlowCalls.Progress.FREE);
            }
        }

        public void read(Consumer<Fd> reader) {
            try (Fd opened = directories.open(directory)) {
                backings.mount(LocalOptions.parse(copy.options()), opened);
                try (Fd data = directories.openData(opened)) {
                    reader.accept(data);
                } finally {
                    backings.unmount(opened);
                }
            } catch (LinuxError e) {
                throw e.during("read volume " + copy.name());
            }
        }

        @Override
        public void close() {
            directories.delete(directory);
        }
    }

    private void fill(
            Fd directory, Volume made, Turns.Entry source, Fd data, Still still, SlowCalls.Progress progress) {
        Set<String> users = Set.copyOf(source.mounted);
        written(
                directory,
                made,
                to -> still.during(
                        users,
                        check -> TreeCopy.copy(linux, data, to, () -> {
                            progress.made();
                            check.run();
                        })));
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
        return turns.in(
                name,
                e -> mounts.during(
                        e,
                        name,
                        "fill volume " + name,
                        (data, progress) -> fillIfEmpty(e, name, user, source, data, progress),
                        _ -> {}));
    }

    private boolean fillIfEmpty(
            Turns.Entry e, String name, String user, Fd source, Fd data, SlowCalls.Progress progress) {
        try {
            if (!directories.isEmpty(data)) {
                return false;
            }
            boolean alone = e.users.equals(Set.of(user)) && e.mounted.isEmpty();
            if (isPlain(Turns.need(e, name)) && alone && !directories.isMounted(name)) {
                directories.replaceEmpty(name, source);
            } else {
                TreeCopy.copy(linux, source, data, progress::made);
            }
            turns.used(e);
            return true;
        } catch (LinuxError failure) {
            throw failure.during("fill volume " + name);
        }
    }

    /// Another directory in its place is as good as the same, which it is not where a limit is on it.
    private static boolean isPlain(Volume v) {
        return v.isLocal() && LocalOptions.parse(v.options()) instanceof LocalOptions.Plain;
    }
}
