package dev.gantry.engine.store;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.engine.container.ContainerTable;
import dev.gantry.engine.container.StoredContainer;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import dev.gantry.engine.event.EventWindow;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.network.NetworkTable;
import dev.gantry.images.image.ImageTable;
import dev.gantry.volume.VolumeTable;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/// Forgets everything with the process. For tests and for tools that need an engine for a moment.
public final class InMemoryEngineStore implements EngineStore {
    private final Clock clock;
    private final EventWindow window = new EventWindow(EVENTS_KEPT);
    private final ImageTable images = new ImagesInMemory();
    private final VolumeTable volumes;
    private final NetworkTable networks;

    /// Guarded by this object, as is the sequence.
    private final Map<ContainerId, StoredContainer> rows = new LinkedHashMap<>();

    private long sequence;

    public InMemoryEngineStore(Clock clock) {
        this.clock = clock;
        this.volumes = new VolumeRows(List.of(), clock, (_, event) -> {
            synchronized (this) {
                add(event);
            }
        });
        this.networks = new NetworkRows(List.of(), List.of(), (_, events, _) -> {
            synchronized (this) {
                add(events);
            }
            return () -> {};
        });
    }

    @Override
    public ContainerTable containers() {
        return new Table();
    }

    @Override
    public ImageTable images() {
        return images;
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
        return new StoredEvents(window, clock, draft -> {
            synchronized (this) {
                return add(List.of(draft)).getFirst();
            }
        });
    }

    @Override
    public void close() {
        window.close();
    }

    private List<Event> add(List<EventDraft> drafts) {
        List<Event> numbered = new ArrayList<>(drafts.size());
        for (EventDraft d : drafts) {
            numbered.add(d.numbered(++sequence));
        }
        window.add(numbered);
        return numbered;
    }

    private final class Table implements ContainerTable {
        private static final Commit DONE = () -> {};

        @Override
        public List<StoredContainer> load() {
            synchronized (InMemoryEngineStore.this) {
                return List.copyOf(rows.values());
            }
        }

        @Override
        public Commit insert(StoredContainer row, EventDraft event, Durability durability) {
            synchronized (InMemoryEngineStore.this) {
                if (rows.containsKey(row.id()) || taken(row)) {
                    return () -> {
                        throw new Conflict(
                                "store container " + row.name(), "its name or id is taken", "choose another name");
                    };
                }
                rows.put(row.id(), row);
                add(List.of(event));
                return DONE;
            }
        }

        @Override
        public Commit update(StoredContainer row, List<EventDraft> events, Durability durability) {
            synchronized (InMemoryEngineStore.this) {
                if (taken(row)) {
                    return () -> {
                        throw new Conflict("store container " + row.name(), "its name is taken", "choose another name");
                    };
                }
                if (rows.containsKey(row.id())) {
                    rows.put(row.id(), row);
                }
                add(events);
                return DONE;
            }
        }

        @Override
        public Commit respecify(StoredContainer row, List<EventDraft> events, Durability durability) {
            return update(row, events, durability);
        }

        @Override
        public Commit delete(ContainerId id, List<EventDraft> events, Durability durability) {
            synchronized (InMemoryEngineStore.this) {
                rows.remove(id);
                add(events);
                return DONE;
            }
        }

        private boolean taken(StoredContainer row) {
            return rows.values().stream().anyMatch(r -> r.name().equals(row.name()) && !r.id().equals(row.id()));
        }
    }

    private static final class ImagesInMemory implements ImageTable {
        private final Map<String, Digest> names = new ConcurrentSkipListMap<>();

        @Override
        public void put(String name, Digest target) {
            names.put(name, target);
        }

        @Override
        public Optional<Digest> find(String name) {
            return Optional.ofNullable(names.get(name));
        }

        @Override
        public boolean remove(String name) {
            return names.remove(name) != null;
        }

        @Override
        public List<Entry> list() {
            return names.entrySet().stream()
                    .map(e -> new Entry(e.getKey(), e.getValue()))
                    .toList();
        }
    }
}
