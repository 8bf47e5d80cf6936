package dev.gantry.volume;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// All volumes by name, and for each name the queue of what is done to it, also over I/O.
final class Turns {
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicLong uses;
    private final long first;

    /// One name.
    static final class Entry {
        final ReentrantLock turn = new ReentrantLock();

        /// Null when there is no volume of this name. Written under `turn`, as is what follows.
        @Nullable
        volatile Volume volume;

        /// Read at any time.
        final Set<String> users = new ConcurrentSkipListSet<>();

        final Set<String> mounted = new TreeSet<>();

        /// When it came, or its files may have changed last, in an order of this store alone; when that was opened, if
        /// not since. Under `turn`.
        long lastUse;

        /// Of another driver than `local`: who shall not have it mounted any more, which the driver is yet to be told.
        final Set<String> leaving = new TreeSet<>();

        /// Of another driver than `local`: where it said that it is, as long as somebody has it mounted. Read at any
        /// time.
        @Nullable
        volatile Path place;

        /// What `place` must not lead out of; null when it may be anywhere.
        @Nullable
        volatile Path limit;

        private Entry(long lastUse) {
            this.lastUse = lastUse;
        }
    }

    /// @param first that no earlier store gave to a use
    Turns(long first) {
        this.first = first;
        uses = new AtomicLong(first);
    }

    /// Its files may change from here on, or did until here.
    void used(Entry e) {
        e.lastUse = uses.incrementAndGet();
    }

    Collection<Entry> all() {
        return entries.values();
    }

    Entry entry(String name) {
        return entries.computeIfAbsent(name, _ -> new Entry(first));
    }

    boolean isKnown(String name) {
        return entries.containsKey(name);
    }

    Optional<Volume> find(String name) {
        return Optional.ofNullable(entries.get(name)).flatMap(e -> Optional.ofNullable(e.volume));
    }

    static Volume need(Entry e, String name) {
        Volume v = e.volume;
        if (v == null) {
            throw new NotFound("get " + name, "no such volume", "see the list of volumes");
        }
        return v;
    }

    <T> T in(String name, Function<Entry, T> work) {
        Entry e = entry(name);
        e.turn.lock();
        try {
            return work.apply(e);
        } finally {
            e.turn.unlock();
        }
    }

    <T> T inBoth(String a, String b, BiFunction<Entry, Entry, T> work) {
        if (a.equals(b)) {
            throw new Conflict("change volume " + a, "it has this name already", "choose another name");
        }
        // Always in the same order, so that two of these cannot wait for each other.
        return a.compareTo(b) < 0
                ? in(a, first -> in(b, second -> work.apply(first, second)))
                : in(b, second -> in(a, first -> work.apply(first, second)));
    }
}
