package dev.gantry.engine.store;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.engine.container.ContainerTable.Commit;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.event.EventWindow;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.sqlite.SQLiteErrorCode;

/// All writes go through here, one transaction at a time: who finds nobody writing does it in its own thread, and then
/// does what others have queued meanwhile, so that writers at the same time share a commit. It is synced to disk when
/// one of them asked for it. (The write-ahead log is synced as a whole: a synced commit makes those before it durable.)
final class SqliteWriter implements AutoCloseable {
    private static final int LARGEST_BATCH = 256;
    private static final int PRUNE_EVERY = 512;
    private static final long IDLE_MILLIS = 500;

    @FunctionalInterface
    interface Change {
        void apply(SqliteStatements statements) throws SQLException;
    }

    private static final class Write {
        final Change change;
        final List<EventDraft> events;
        final Durability durability;
        final CompletableFuture<List<Event>> done = new CompletableFuture<>();
        List<Event> numbered = List.of();

        Write(Change change, List<EventDraft> events, Durability durability) {
            this.change = change;
            this.events = events;
            this.durability = durability;
        }
    }

    private final Connection connection;
    private final SqliteStatements statements;
    private final EventWindow window;
    private final Queue<Write> queue = new ConcurrentLinkedQueue<>();
    private final Thread janitor;

    /// Held by who writes.
    private final ReentrantLock turn = new ReentrantLock();

    // Guarded by the turn.
    private final List<Write> batch = new ArrayList<>();
    private long sequence;
    private long pruned;
    private boolean synced = true;

    /// When the last commit was, if its log was not copied into the database since; else 0.
    private volatile long dirtySince;

    /// When the first commit was that may not be on the disk yet; 0 when all are.
    private volatile long unsyncedSince;

    private volatile boolean closing;

    SqliteWriter(Connection connection, EventWindow window, long sequence) throws SQLException {
        this.connection = connection;
        this.statements = new SqliteStatements(connection);
        this.window = window;
        this.sequence = sequence;
        this.pruned = sequence;
        janitor = Thread.ofPlatform().name("gantry-store").daemon(true).unstarted(this::keepClean);
        janitor.start();
    }

    Commit write(Change change, List<EventDraft> events, Durability durability) {
        CompletableFuture<List<Event>> done = submit(change, events, durability);
        return () -> join(done);
    }

    Event writeEvent(EventDraft event) {
        return join(submit(_ -> {}, List.of(event), Durability.PROCESS)).getFirst();
    }

    @Override
    public void close() {
        closing = true;
        janitor.interrupt();
        turn.lock();
        try {
            drain();
        } finally {
            turn.unlock();
        }
        serve();
    }

    private CompletableFuture<List<Event>> submit(Change change, List<EventDraft> events, Durability durability) {
        if (closing) {
            throw new Unavailable("store a change", "the engine is closing", "open it again");
        }
        Write write = new Write(change, events, durability);
        queue.add(write);
        serve();
        return write.done;
    }

    /// Does what is queued, unless somebody is at it. Whoever gives the turn back calls this, because what was queued
    /// meanwhile has found the turn taken.
    private void serve() {
        while (!queue.isEmpty() && turn.tryLock()) {
            try {
                drain();
            } finally {
                turn.unlock();
            }
        }
    }

    private static List<Event> join(CompletableFuture<List<Event>> done) {
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof GantryException known ? known : unavailable(e);
        }
    }

    /// Until the queue is empty. The turn is held.
    private void drain() {
        while (true) {
            for (Write next; batch.size() < LARGEST_BATCH && (next = queue.poll()) != null; ) {
                batch.add(next);
            }
            if (batch.isEmpty()) {
                return;
            }
            try {
                commit();
            } finally {
                batch.clear();
            }
        }
    }

    /// Copies the write-ahead log into the database, and syncs both, when nobody has written for a while, and when
    /// something was waiting that long for the disk. Under a steady load of synced commits SQLite does it itself,
    /// when the log has become long.
    private void keepClean() {
        while (!closing) {
            if (dirtySince == 0) {
                LockSupport.park(this); // until the next commit: an idle engine wakes nobody
                continue;
            }
            try {
                Thread.sleep(IDLE_MILLIS);
            } catch (InterruptedException e) {
                continue;
            }
            if (isLongAgo(dirtySince) || isLongAgo(unsyncedSince)) {
                turn.lock();
                try {
                    execute("PRAGMA wal_checkpoint(PASSIVE)");
                    dirtySince = 0;
                    unsyncedSince = 0;
                } catch (SQLException e) {
                    // Tried again; and the next commit meets the same disk, and tells who waits for it.
                } finally {
                    turn.unlock();
                }
                serve();
            }
        }
    }

    private static boolean isLongAgo(long since) {
        return since != 0 && System.nanoTime() - since > IDLE_MILLIS * 1_000_000L;
    }

    private void commit() {
        boolean clean = dirtySince == 0;
        dirtySince = System.nanoTime() | 1;
        if (clean) {
            LockSupport.unpark(janitor);
        }
        long before = sequence;
        try {
            boolean durable = batch.stream().anyMatch(w -> w.durability == Durability.POWER);
            sync(durable);
            execute("BEGIN IMMEDIATE");
            for (Write write : batch) {
                apply(write);
            }
            if (sequence - pruned >= PRUNE_EVERY) {
                statements.prune(sequence - EngineStore.EVENTS_KEPT);
                pruned = sequence;
            }
            execute("COMMIT");
            if (durable) {
                unsyncedSince = 0; // the log is synced as a whole
            } else if (unsyncedSince == 0) {
                unsyncedSince = dirtySince;
            }
        } catch (SQLException | RuntimeException | Error e) {
            sequence = before;
            try {
                execute("ROLLBACK");
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            batch.forEach(w -> w.done.completeExceptionally(unavailable(e)));
            if (e instanceof Error error) {
                throw error;
            }
            return;
        }
        // First all are to be seen, then the writers go on.
        for (Write write : batch) {
            window.add(write.numbered);
        }
        for (Write write : batch) {
            write.done.complete(write.numbered);
        }
    }

    /// One write that breaks a rule of the schema fails alone: SQLite undoes its statement and the transaction goes on.
    private void apply(Write write) throws SQLException {
        try {
            write.change.apply(statements);
        } catch (SQLException e) {
            if ((e.getErrorCode() & 0xff) != SQLiteErrorCode.SQLITE_CONSTRAINT.code) {
                throw e;
            }
            write.done.completeExceptionally(new Conflict(
                    "store a container", "its name or id is taken", "choose another name, or remove the other", e));
            return;
        }
        List<Event> numbered = new ArrayList<>(write.events.size());
        for (EventDraft draft : write.events) {
            Event event = draft.numbered(++sequence);
            statements.insertEvent(event);
            numbered.add(event);
        }
        write.numbered = numbered;
    }

    private void sync(boolean wanted) throws SQLException {
        if (wanted != synced) {
            execute(wanted ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
            synced = wanted;
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement s = connection.createStatement()) {
            s.execute(sql);
        }
    }

    private static Unavailable unavailable(Throwable cause) {
        if (cause instanceof SQLException e && (e.getErrorCode() & 0xff) == SQLiteErrorCode.SQLITE_FULL.code) {
            return new Unavailable(
                    "store a change", "no space left on device", "free space below the data root and try again", cause);
        }
        return new Unavailable(
                "store a change",
                String.valueOf(cause.getMessage()),
                "look at the disk below the data root for space and errors",
                cause);
    }
}
