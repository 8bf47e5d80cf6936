package dev.gantry.images.image;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// One lock per key, so that two pulls that need the same blob fetch it once.
final class KeyedLocks<K> {
    private final Map<K, Counted> locks = new ConcurrentHashMap<>();

    interface Work {
        void run() throws InterruptedException;
    }

    private static final class Counted extends ReentrantLock {
        private static final long serialVersionUID = 1;
        private int users;
    }

    /// Waits until no other thread holds `key`; runs; lets go.
    void with(K key, Work work) throws InterruptedException {
        Counted lock = locks.compute(key, (_, known) -> {
            Counted l = known == null ? new Counted() : known;
            l.users++;
            return l;
        });
        try {
            lock.lockInterruptibly();
            try {
                work.run();
            } finally {
                lock.unlock();
            }
        } finally {
            locks.compute(key, (_, l) -> l == null || --l.users == 0 ? null : l);
        }
    }
}
