package dev.gantry.images.gc;

import dev.gantry.base.Digest;
import dev.gantry.images.content.IngestName;
import dev.gantry.images.snapshot.ChainId;
import java.util.HashSet;
import java.util.Set;

/// What running operations hold on to. An operation protects a blob *before* it looks whether the store
/// has it, so that the answer stays true until it has given the blob a name.
///
/// A sweep that runs when a lease ends still honours it: the sweep may have read the names before the
/// operation wrote its own.
public final class Leases {
    /// Guards everything below, and is held while one blob or layer is deleted, so that protecting and
    /// deleting have an order. Deleting is one short call.
    private final Object lock = new Object();

    private final Set<Lease> open = new HashSet<>();
    private final Set<Lease> endedDuringSweep = new HashSet<>();
    private boolean sweeping;

    /// Holds on to nothing yet.
    public Lease open() {
        Lease lease = new Lease();
        synchronized (lock) {
            open.add(lease);
        }
        return lease;
    }

    /// Waits for a sweep that runs.
    void beginSweep() throws InterruptedException {
        synchronized (lock) {
            while (sweeping) {
                lock.wait();
            }
            sweeping = true;
        }
    }

    void endSweep() {
        synchronized (lock) {
            sweeping = false;
            endedDuringSweep.clear();
            lock.notifyAll();
        }
    }

    /// Whether `delete` was run.
    boolean deleteUnlessHeld(Digest digest, Runnable delete) {
        synchronized (lock) {
            if (held(digest)) {
                return false;
            }
            delete.run();
            return true;
        }
    }

    boolean deleteUnlessHeld(ChainId chain, Runnable delete) {
        synchronized (lock) {
            if (held(chain)) {
                return false;
            }
            delete.run();
            return true;
        }
    }

    /// Also when a running operation waits between two attempts and nobody writes at this moment.
    boolean discardUnlessHeld(IngestName ingest, Runnable discard) {
        synchronized (lock) {
            boolean held = open.stream().anyMatch(l -> l.holds(ingest));
            if (!held) {
                discard.run();
            }
            return !held;
        }
    }

    private boolean held(Object what) {
        return open.stream().anyMatch(l -> l.held.contains(what))
                || endedDuringSweep.stream().anyMatch(l -> l.held.contains(what));
    }

    /// What one operation holds on to until it closes.
    public final class Lease implements Marks, AutoCloseable {
        private final Set<Object> held = new HashSet<>();

        private Lease() {}

        @Override
        public void blob(Digest digest) {
            synchronized (lock) {
                held.add(digest);
            }
        }

        @Override
        public void layer(ChainId chain) {
            synchronized (lock) {
                held.add(chain);
            }
        }

        /// Whether it is a transfer of something held here.
        boolean holds(IngestName ingest) {
            synchronized (lock) {
                return held.stream().anyMatch(h -> h instanceof Digest digest && ingest.isFor(digest));
            }
        }

        @Override
        public void close() {
            synchronized (lock) {
                if (open.remove(this) && sweeping) {
                    endedDuringSweep.add(this);
                }
            }
        }
    }
}
