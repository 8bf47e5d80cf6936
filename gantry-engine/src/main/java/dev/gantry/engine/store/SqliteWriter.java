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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.sqlite.SQLiteErrorCode;

/// The one thread that writes. What waits in the queue goes into one transaction, so writers at the same time share a
/// commit; it is synced to disk when one of them asked for it. (The write-ahead log is synced as a whole: a synced
/// commit
/// makes the ones before it durable too.)
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
    private final LinkedBlockingQueue<Write> queue = new LinkedBlockingQueue<>();
    private final Thread thread;

    // Only the writer's thread touches what follows.
    private long sequence;
    private long pruned;
    private boolean synced = true;
    private int sinceCheckpoint;

    private volatile boolean closing;

    SqliteWriter(Connection connection, EventWindow window, long sequence) throws SQLException {
        this.connection = connection;
        this.statements = new SqliteStatements(connection);
        this.window = window;
        this.sequence = sequence;
        this.pruned = sequence;
        // A platform thread: SQLite blocks in native code and would hold a carrier.
        thread = Thread.ofPlatform().name("gantry-store").daemon(true).unstarted(this::loop);
        thread.start();
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
        queue.add(new Write(_ -> {}, List.of(), Durability.PROCESS));
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private CompletableFuture<List<Event>> submit(Change change, List<EventDraft> events, Durability durability) {
        if (closing) {
            throw new Unavailable("store a change", "the engine is closing", "open it again");
        }
        Write write = new Write(change, events, durability);
        queue.add(write);
        return write.done;
    }

    private static List<Event> join(CompletableFuture<List<Event>> done) {
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof GantryException known ? known : unavailable(e);
        }
    }

    private void loop() {
        List<Write> batch = new ArrayList<>();
        while (!closing || !queue.isEmpty()) {
            try {
                Write first = sinceCheckpoint > 0 ? queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS) : queue.take();
                if (first == null) {
                    checkpoint();
                    continue;
                }
                batch.add(first);
            } catch (InterruptedException e) {
                continue;
            }
            queue.drainTo(batch, LARGEST_BATCH - 1);
            commit(batch);
            batch.clear();
        }
    }

    /// Copies the write-ahead log into the database while nobody waits; under a steady load SQLite does it by itself,
    /// when the log has become long.
    private void checkpoint() {
        try {
            execute("PRAGMA wal_checkpoint(PASSIVE)");
        } catch (SQLException e) {
            // The next commit meets the same disk, and tells who waits for it.
        }
        sinceCheckpoint = 0;
    }

    private void commit(List<Write> batch) {
        sinceCheckpoint++;
        long before = sequence;
        try {
            sync(batch.stream().anyMatch(w -> w.durability == Durability.POWER));
            execute("BEGIN IMMEDIATE");
            for (Write write : batch) {
                apply(write);
            }
            if (sequence - pruned >= PRUNE_EVERY) {
                statements.prune(sequence - EngineStore.EVENTS_KEPT);
                pruned = sequence;
            }
            execute("COMMIT");
        } catch (SQLException e) {
            sequence = before;
            try {
                execute("ROLLBACK");
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            batch.forEach(w -> w.done.completeExceptionally(unavailable(e)));
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
        return new Unavailable(
                "store a change",
                String.valueOf(cause.getMessage()),
                "look at the disk below the data root for space and errors",
                cause);
    }
}
