package dev.gantry.engine.store;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.StoredContainer;
import dev.gantry.engine.event.Event;
import dev.gantry.volume.Volume;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import io.avaje.jsonb.Types;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The schema, and every statement that is ever run on it. Times are nanoseconds of the Unix epoch; 0 where there is
/// none.
final class SqliteStatements {
    static final String SCHEMA = """
            CREATE TABLE IF NOT EXISTS containers(
              id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, spec TEXT NOT NULL, image TEXT NOT NULL,
              created INTEGER NOT NULL, state TEXT NOT NULL, pid INTEGER NOT NULL, start_time INTEGER NOT NULL,
              boot_id TEXT NOT NULL, watch_dir TEXT NOT NULL, since INTEGER NOT NULL, words TEXT NOT NULL,
              has_exit INTEGER NOT NULL, exit_code INTEGER NOT NULL, exit_oom INTEGER NOT NULL,
              exit_at INTEGER NOT NULL, exit_words TEXT NOT NULL, started_at INTEGER NOT NULL,
              restarts INTEGER NOT NULL, stopped INTEGER NOT NULL, error TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS images(name TEXT PRIMARY KEY, target TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS volumes(name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS events(
              sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind TEXT NOT NULL, action TEXT NOT NULL,
              subject TEXT NOT NULL, attributes TEXT NOT NULL);
            """;

    private static final String INSERT_CONTAINER = """
            INSERT INTO containers(name, state, pid, start_time, boot_id, watch_dir, since, words, has_exit, exit_code,
              exit_oom, exit_at, exit_words, started_at, restarts, stopped, error, id, spec, image, created)
            VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
            """;
    private static final String UPDATE_CONTAINER = """
            UPDATE containers SET name=?, state=?, pid=?, start_time=?, boot_id=?, watch_dir=?, since=?, words=?,
              has_exit=?, exit_code=?, exit_oom=?, exit_at=?, exit_words=?, started_at=?, restarts=?, stopped=?, error=?
            WHERE id=?
            """;
    private static final int ID = 18;

    private final PreparedStatement insertContainer;
    private final PreparedStatement updateContainer;
    private final PreparedStatement respecifyContainer;
    private final PreparedStatement deleteContainer;
    private final PreparedStatement insertEvent;
    private final PreparedStatement pruneEvents;
    private final PreparedStatement putImage;
    private final PreparedStatement removeImage;
    private final PreparedStatement putVolume;
    private final PreparedStatement removeVolume;
    private final NetworkStatements networks;
    private final JsonType<Volume> volumeJson;
    private final JsonType<ContainerSpec> specJson;
    private final JsonType<Map<String, String>> attributesJson;

    SqliteStatements(Connection c) throws SQLException {
        insertContainer = c.prepareStatement(INSERT_CONTAINER);
        updateContainer = c.prepareStatement(UPDATE_CONTAINER);
        respecifyContainer = c.prepareStatement("UPDATE containers SET spec=? WHERE id=?");
        deleteContainer = c.prepareStatement("DELETE FROM containers WHERE id=?");
        insertEvent = c.prepareStatement("INSERT INTO events VALUES(?,?,?,?,?,?)");
        pruneEvents = c.prepareStatement("DELETE FROM events WHERE sequence<=?");
        putImage = c.prepareStatement(
                "INSERT INTO images VALUES(?,?) ON CONFLICT(name) DO UPDATE SET target=excluded.target");
        removeImage = c.prepareStatement("DELETE FROM images WHERE name=?");
        putVolume = c.prepareStatement(
                "INSERT INTO volumes VALUES(?,?) ON CONFLICT(name) DO UPDATE SET document=excluded.document");
        removeVolume = c.prepareStatement("DELETE FROM volumes WHERE name=?");
        Jsonb jsonb = Jsonb.builder().build();
        networks = new NetworkStatements(c, jsonb);
        volumeJson = jsonb.type(Volume.class);
        specJson = jsonb.type(ContainerSpec.class);
        attributesJson = jsonb.type(Types.mapOf(String.class));
    }

    NetworkStatements networks() {
        return networks;
    }

    void insert(StoredContainer row) throws SQLException {
        bindChanging(insertContainer, row);
        insertContainer.setString(ID + 1, specJson.toJson(row.spec()));
        insertContainer.setString(ID + 2, row.imageId());
        insertContainer.setLong(ID + 3, nanos(row.created()));
        insertContainer.executeUpdate();
    }

    void update(StoredContainer row) throws SQLException {
        bindChanging(updateContainer, row);
        updateContainer.executeUpdate();
    }

    void respecify(StoredContainer row) throws SQLException {
        respecifyContainer.setString(1, specJson.toJson(row.spec()));
        respecifyContainer.setString(2, row.id().hex());
        respecifyContainer.executeUpdate();
    }

    void delete(ContainerId id) throws SQLException {
        deleteContainer.setString(1, id.hex());
        deleteContainer.executeUpdate();
    }

    void insertEvent(Event e) throws SQLException {
        insertEvent.setLong(1, e.sequence());
        insertEvent.setLong(2, nanos(e.time()));
        insertEvent.setString(3, e.kind().word());
        insertEvent.setString(4, e.action());
        insertEvent.setString(5, e.subject());
        insertEvent.setString(6, attributesJson.toJson(e.attributes()));
        insertEvent.executeUpdate();
    }

    void prune(long upTo) throws SQLException {
        pruneEvents.setLong(1, upTo);
        pruneEvents.executeUpdate();
    }

    void putImage(String name, Digest target) throws SQLException {
        putImage.setString(1, name);
        putImage.setString(2, target.toString());
        putImage.executeUpdate();
    }

    void removeImage(String name) throws SQLException {
        removeImage.setString(1, name);
        removeImage.executeUpdate();
    }

    void putVolume(Volume volume) throws SQLException {
        putVolume.setString(1, volume.name());
        putVolume.setString(2, volumeJson.toJson(volume));
        putVolume.executeUpdate();
    }

    void removeVolume(String name) throws SQLException {
        removeVolume.setString(1, name);
        removeVolume.executeUpdate();
    }

    List<Volume> volumes(Connection c) throws SQLException {
        List<Volume> rows = new ArrayList<>();
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT document FROM volumes ORDER BY name")) {
            while (r.next()) {
                rows.add(volumeJson.fromJson(r.getString(1)));
            }
        }
        return rows;
    }

    List<StoredContainer> containers(Connection c) throws SQLException {
        List<StoredContainer> rows = new ArrayList<>();
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT * FROM containers")) {
            while (r.next()) {
                rows.add(container(r));
            }
        }
        return rows;
    }

    List<Event> events(Connection c) throws SQLException {
        List<Event> events = new ArrayList<>();
        try (Statement s = c.createStatement();
                ResultSet r = s.executeQuery("SELECT * FROM events ORDER BY sequence")) {
            while (r.next()) {
                events.add(new Event(
                        r.getLong("sequence"),
                        instant(r.getLong("time")),
                        kind(r.getString("kind")),
                        r.getString("action"),
                        r.getString("subject"),
                        attributesJson.fromJson(r.getString("attributes"))));
            }
        }
        return events;
    }

    /// The columns that change, which is all but spec, image and creation; `id` is the last.
    private void bindChanging(PreparedStatement s, StoredContainer row) throws SQLException {
        ContainerState state = row.state();
        Container.History history = row.history();
        Exit exit = history.exit().orElse(new Exit(0, false, Instant.EPOCH, ""));
        ContainerState.Running running =
                state instanceof ContainerState.Running r ? r : new ContainerState.Running(0, 0, Instant.EPOCH);
        s.setString(1, row.name());
        s.setString(2, state.word());
        s.setInt(3, running.pid());
        s.setLong(4, running.startTime());
        s.setString(5, row.bootId());
        s.setString(6, row.watchDirectory());
        s.setLong(7, state instanceof ContainerState.Restarting again ? nanos(again.due()) : nanos(running.since()));
        s.setString(8, state instanceof ContainerState.Dead(String why) ? why : "");
        s.setBoolean(9, history.exit().isPresent());
        s.setInt(10, exit.code());
        s.setBoolean(11, exit.oomKilled());
        s.setLong(12, nanos(exit.at()));
        s.setString(13, exit.words());
        s.setLong(14, nanos(history.startedAt().orElse(Instant.EPOCH)));
        s.setInt(15, history.restarts());
        s.setBoolean(16, history.stopped());
        s.setString(17, history.error());
        s.setString(ID, row.id().hex());
    }

    private StoredContainer container(ResultSet r) throws SQLException {
        Exit exit = new Exit(
                r.getInt("exit_code"),
                r.getBoolean("exit_oom"),
                instant(r.getLong("exit_at")),
                r.getString("exit_words"));
        long started = r.getLong("started_at");
        Instant since = instant(r.getLong("since"));
        ContainerState state = switch (r.getString("state")) {
            case "created" -> new ContainerState.Created();
            case "running" -> new ContainerState.Running(r.getInt("pid"), r.getLong("start_time"), since);
            case "paused" -> new ContainerState.Running(r.getInt("pid"), r.getLong("start_time"), since, true);
            case "restarting" -> new ContainerState.Restarting(exit, since);
            case "exited" -> new ContainerState.Exited(exit);
            case "removing" -> new ContainerState.Removing();
            default -> new ContainerState.Dead(r.getString("words"));
        };
        return new StoredContainer(
                new ContainerId(r.getString("id")),
                r.getString("name"),
                specJson.fromJson(r.getString("spec")),
                r.getString("image"),
                instant(r.getLong("created")),
                state,
                new Container.History(
                        started == 0 ? Optional.empty() : Optional.of(instant(started)),
                        r.getBoolean("has_exit") ? Optional.of(exit) : Optional.empty(),
                        r.getInt("restarts"),
                        r.getBoolean("stopped"),
                        r.getString("error")),
                r.getString("boot_id"),
                r.getString("watch_dir"));
    }

    private static Event.Kind kind(String word) {
        for (Event.Kind k : Event.Kind.values()) {
            if (k.word().equals(word)) {
                return k;
            }
        }
        return Event.Kind.DAEMON;
    }

    private static long nanos(Instant t) {
        return Math.addExact(Math.multiplyExact(t.getEpochSecond(), 1_000_000_000L), t.getNano());
    }

    private static Instant instant(long nanos) {
        return Instant.ofEpochSecond(nanos / 1_000_000_000L, nanos % 1_000_000_000L);
    }
}
