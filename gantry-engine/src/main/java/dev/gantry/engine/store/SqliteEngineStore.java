package dev.gantry.engine.store;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.ContainerTable;
import dev.gantry.engine.container.StoredContainer;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.event.EventWindow;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.network.NetworkTable;
import dev.gantry.images.image.ImageTable;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileCalls;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// One SQLite file. Reads come from memory, one thread writes; other processes may look into the file at any time.
public final class SqliteEngineStore implements EngineStore {
    /// The schema's version. A newer one is refused.
    private static final int FORMAT = 3;

    /// Pages in the write-ahead log before a commit copies them into the database. A copy is a pause, and is done
    /// while nothing is to be written, if that ever comes; but a log that is written over costs less to sync than
    /// one that grows.
    private static final int CHECKPOINT_PAGES = 2_000;

    /// Bytes of the disk that are the log's before they are written: who meets a full disk can remove something.
    private static final long RESERVED = 4 << 20;

    private final Connection connection;
    private final SqliteWriter writer;
    private final EventWindow window = new EventWindow(EVENTS_KEPT);
    private final Clock clock;
    private final List<StoredContainer> loaded;
    private final Map<String, Digest> images = new ConcurrentSkipListMap<>();
    private final VolumeTable volumes;
    private final NetworkTable networks;

    private SqliteEngineStore(Connection connection, Clock clock) throws SQLException {
        this.connection = connection;
        this.clock = clock;
        var statements = new SqliteStatements(connection);
        loaded = List.copyOf(statements.containers(connection));
        window.add(statements.events(connection));
        readImages();
        List<Volume> stored = List.copyOf(statements.volumes(connection));
        writer = new SqliteWriter(connection, window, window.last());
        networks = new NetworkRows(
                statements.networks().networks(connection),
                statements.networks().members(connection),
                writer::write);
        volumes = new VolumeRows(
                stored,
                clock,
                (change, events) -> writer.write(change::apply, events, ContainerTable.Durability.POWER)
                        .await());
    }

    /// Opens or makes the database at `file`; the driver's library is kept in `libraries`.
    public static SqliteEngineStore open(Path file, Path libraries, Clock clock) {
        SqliteLibrary.locate(libraries);
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(5000);
        var source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        Connection connection = null;
        try {
            connection = source.getConnection();
            migrate(connection, file);
            reserve(file.resolveSibling(file.getFileName() + "-wal"));
            return new SqliteEngineStore(connection, clock);
        } catch (SQLException e) {
            throw closing(
                    connection,
                    new Unavailable(
                            "open the database " + file,
                            String.valueOf(e.getMessage()),
                            "look at the disk for space and errors",
                            e));
        } catch (RuntimeException e) {
            throw closing(connection, e);
        }
    }

    @Override
    public ContainerTable containers() {
        return new Table();
    }

    @Override
    public ImageTable images() {
        return new Images();
    }

    @Override
    public VolumeTable volumes() {
        return volumes;
    }

    @Override
    public NetworkTable networks() {
        return networks;
    }

    @Override
    public Events events() {
        return new StoredEvents(window, clock, writer::writeEvent);
    }

    @Override
    public void close() {
        window.close();
        writer.close();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new Unavailable(
                    "close the database", String.valueOf(e.getMessage()), "look at the disk for space and errors", e);
        }
    }

    private static void migrate(Connection connection, Path file) throws SQLException {
        try (Statement s = connection.createStatement()) {
            int found;
            try (ResultSet r = s.executeQuery("PRAGMA user_version")) {
                found = r.next() ? r.getInt(1) : 0;
            }
            if (found > FORMAT) {
                throw new Unsupported(
                        "open the database " + file,
                        "its format is " + found + " and this version knows up to " + FORMAT,
                        "use the newer version that wrote it");
            }
            s.execute("PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
            if (found < FORMAT) {
                s.executeUpdate(SqliteStatements.SCHEMA);
                s.executeUpdate(NetworkStatements.SCHEMA);
                s.execute("PRAGMA user_version=" + FORMAT);
            }
        }
    }

    /// A disk that is full already, and a filesystem that cannot do this, leave it to luck.
    private static void reserve(Path log) {
        FileCalls files = Linux.host().files();
        try (Fd fd = files.open(Fd.CWD, log.toString(), OpenFlags.READ_WRITE, 0, Resolve.ANY)) {
            files.reserve(fd, RESERVED);
        } catch (LinuxError e) {
            System.getLogger("store").log(System.Logger.Level.DEBUG, "event=nothing-reserved why={0}", e.getMessage());
        }
    }

    private static RuntimeException closing(@Nullable Connection c, RuntimeException failure) {
        if (c != null) {
            try {
                c.close();
            } catch (SQLException e) {
                failure.addSuppressed(e);
            }
        }
        return failure;
    }

    private void readImages() throws SQLException {
        try (Statement s = connection.createStatement();
                ResultSet r = s.executeQuery("SELECT name, target FROM images")) {
            while (r.next()) {
                images.put(r.getString(1), Digest.parse(r.getString(2)));
            }
        }
    }

    private final class Table implements ContainerTable {
        @Override
        public List<StoredContainer> load() {
            return loaded;
        }

        @Override
        public Commit insert(StoredContainer row, EventDraft event, Durability durability) {
            return writer.write(s -> s.insert(row), List.of(event), durability);
        }

        @Override
        public Commit update(StoredContainer row, List<EventDraft> events, Durability durability) {
            return writer.write(s -> s.update(row), events, durability);
        }

        @Override
        public Commit respecify(StoredContainer row, List<EventDraft> events, Durability durability) {
            return writer.write(s -> s.respecify(row), events, durability);
        }

        @Override
        public Commit delete(ContainerId id, List<EventDraft> events, Durability durability) {
            return writer.write(s -> s.delete(id), events, durability);
        }
    }

    /// Names are written to disk before they are seen in memory, one at a time per store.
    private final class Images implements ImageTable {
        @Override
        public void put(String name, Digest target) {
            synchronized (images) {
                writer.write(s -> s.putImage(name, target), List.of(), ContainerTable.Durability.POWER)
                        .await();
                images.put(name, target);
            }
        }

        @Override
        public Optional<Digest> find(String name) {
            return Optional.ofNullable(images.get(name));
        }

        @Override
        public boolean remove(String name) {
            synchronized (images) {
                if (!images.containsKey(name)) {
                    return false;
                }
                writer.write(s -> s.removeImage(name), List.of(), ContainerTable.Durability.POWER)
                        .await();
                images.remove(name);
                return true;
            }
        }

        @Override
        public List<Entry> list() {
            return images.entrySet().stream()
                    .map(e -> new Entry(e.getKey(), e.getValue()))
                    .toList();
        }
    }
}
