package dev.gantry.engine.event;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The newest events, in memory, for all readers. A store adds what it has committed.
public final class EventWindow {
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();

    /// With gapless sequence numbers; guarded by `lock`, as is all below.
    private final ArrayDeque<Event> events = new ArrayDeque<>();

    private long last;
    private boolean closed;

    public EventWindow(int capacity) {
        this.capacity = capacity;
    }

    public void add(List<Event> committed) {
        if (committed.isEmpty()) {
            return;
        }
        lock.lock();
        try {
            for (Event e : committed) {
                events.addLast(e);
                last = e.sequence();
            }
            while (events.size() > capacity) {
                events.removeFirst();
            }
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    public List<Event> after(long sequence, int limit) {
        lock.lock();
        try {
            List<Event> found = new ArrayList<>();
            if (sequence >= last) {
                return found;
            }
            // Near the end is the usual case: go back from there.
            var backwards = events.descendingIterator();
            while (backwards.hasNext()) {
                Event e = backwards.next();
                if (e.sequence() <= sequence) {
                    break;
                }
                found.add(e);
            }
            List<Event> forwards = found.reversed();
            return List.copyOf(forwards.size() > limit ? forwards.subList(0, limit) : forwards);
        } finally {
            lock.unlock();
        }
    }

    public long last() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    public long before(Instant time) {
        lock.lock();
        try {
            for (Event e : events) {
                if (!e.time().isBefore(time)) {
                    return e.sequence() - 1;
                }
            }
            return last;
        } finally {
            lock.unlock();
        }
    }

    public boolean await(long sequence, Duration limit) {
        long left = Long.MAX_VALUE;
        if (limit.compareTo(Duration.ofDays(10_000)) < 0) {
            left = limit.toNanos();
        }
        lock.lock();
        try {
            while (last <= sequence && !closed && left > 0) {
                left = grown.awaitNanos(left);
            }
            return last > sequence;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Ends every wait.
    public void close() {
        lock.lock();
        try {
            closed = true;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
