package dev.gantry.csi;

import csi.v1.ControllerServiceCapability.RPC.Type;
import dev.gantry.base.GantryException;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Linux;
import dev.gantry.volume.VolumeDriver;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The volumes of one CSI plugin. What was begun is stored first; after a crash it is done again, or undone.
public final class CsiVolumes implements VolumeDriver, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CsiVolumes.class);

    private final String name;
    private final CsiPlace place;
    private final CsiBook book;
    private final CsiNode node;
    private final CsiController controller;
    private final String boot;
    private final Duration patience;
    private final Map<String, ReentrantLock> turns = new ConcurrentHashMap<>();

    /// Volume and user of all that was mounted by this engine.
    private final Set<List<String>> fresh = ConcurrentHashMap.newKeySet();

    private @Nullable CsiClient client; // guarded by this
    private @Nullable CsiFacts facts; // guarded by this

    /// @param records where it is noted what the plugin keeps for us
    /// @param boot names this boot of the host: what a node has, a restart takes away
    CsiVolumes(Linux linux, String name, CsiPlace place, Path records, String boot, Duration patience, Clock clock) {
        this.name = name;
        this.place = place;
        this.book = new CsiBook(records);
        this.node = new CsiNode(linux, place);
        this.controller = new CsiController(name, book, this::client, clock);
        this.boot = boot;
        this.patience = patience;
    }

    CsiPlace place() {
        return place;
    }

    private synchronized CsiClient client() {
        CsiClient there = client;
        if (there == null) {
            there = new CsiClient(name, place.socket(), patience);
            client = there;
        }
        return there;
    }

    /// What it said when it was asked first; a plugin that was replaced is asked again after its first failure.
    private CsiFacts facts() {
        CsiClient to = client();
        synchronized (this) {
            CsiFacts known = facts;
            if (known != null) {
                return known;
            }
        }
        CsiFacts told = CsiFacts.ask(to, patience);
        synchronized (this) {
            facts = told;
        }
        return told;
    }

    private synchronized void forgetFacts() {
        facts = null;
    }

    private <T> T in(String volume, Supplier<T> work) {
        ReentrantLock turn = turns.computeIfAbsent(volume, _ -> new ReentrantLock());
        turn.lock();
        try {
            return work.get();
        } catch (Unavailable | Unsupported e) {
            forgetFacts();
            throw e;
        } finally {
            turn.unlock();
        }
    }

    // coming and going

    @Override
    public void create(String volume, Map<String, String> options) {
        CsiOptions asked = CsiOptions.parse(volume, options);
        in(volume, () -> {
            CsiFacts f = facts();
            Map<String, String> secrets = CsiSecrets.read(asked.secretsFile());
            return asked.volumeId().isEmpty()
                    ? controller.make(f, volume, options, asked, secrets)
                    : controller.take(f, volume, options, asked, secrets);
        });
    }

    @Override
    public void remove(String volume) {
        in(volume, () -> {
            Optional<CsiVolume> found = book.find(volume);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            CsiVolume v = found.get();
            CsiOptions options = CsiOptions.parse(volume, v.options());
            if (v.id().isEmpty()) {
                // It may have been made: the same creation says so, and by what id.
                create(volume, v.options());
                v = book.need(name, volume);
            }
            if (v.onNode()) {
                v = left(v, options);
            }
            if (v.ours()) {
                CsiFacts f = facts();
                CsiController.require(
                        f, Type.CREATE_DELETE_VOLUME, "remove volume " + volume, "remove it where it is kept");
                book.put(v.at(CsiVolume.Stage.REMOVING));
                controller.delete("remove volume " + volume, v, CsiSecrets.read(options.secretsFile()));
            }
            book.remove(volume);
            return found;
        });
    }

    @Override
    public long expand(String volume, long bytes) {
        return in(volume, () -> {
            CsiVolume v = book.need(name, volume);
            CsiOptions options = CsiOptions.parse(volume, v.options());
            CsiFacts f = facts();
            var answer = controller.expand(f, v, options, bytes);
            v = book.put(v.sized(answer.getCapacityBytes(), answer.getNodeExpansionRequired()));
            if (v.stage() == CsiVolume.Stage.ATTACHED) {
                tellNode(f, v, options);
            }
            return answer.getCapacityBytes();
        });
    }

    private CsiVolume tellNode(CsiFacts f, CsiVolume v, CsiOptions options) {
        if (!v.expand()) {
            return v;
        }
        node.expand(client(), f, v, options);
        return book.put(v.sized(v.bytes(), false));
    }

    // runs

    @Override
    public Path mount(String volume, String user) {
        return in(volume, () -> {
            CsiVolume v = book.need(name, volume);
            boolean there = v.stage() == CsiVolume.Stage.ATTACHED && v.boot().equals(boot) && node.isMounted(v);
            CsiVolume used = v.with(user, boot);
            fresh.add(List.of(volume, user));
            if (there) {
                book.put(used);
                return node.target(v);
            }
            return attached(book.put(used.at(CsiVolume.Stage.ATTACHING)), user);
        });
    }

    /// Brings it here, also when others have had it here already; on a failure these keep what they have.
    private Path attached(CsiVolume v, String user) {
        CsiOptions options = CsiOptions.parse(v.name(), v.options());
        try {
            CsiFacts f = facts();
            CsiVolume told = book.put(v.published(node.publish(client(), f, v, options)));
            node.attach(client(), f, told, options);
            CsiVolume done = book.put(told.at(CsiVolume.Stage.ATTACHED));
            tellNode(f, done, options);
            return node.target(done);
        } catch (GantryException failure) {
            try {
                CsiVolume others = book.put(v.without(user));
                if (others.users().isEmpty()) {
                    left(others, options);
                }
            } catch (GantryException also) {
                failure.addSuppressed(also);
            }
            throw failure;
        }
    }

    @Override
    public Optional<Path> limit(Path at) {
        return place.apart() ? Optional.of(place.root()) : Optional.empty();
    }

    @Override
    public void unmount(String volume, String user) {
        in(volume, () -> {
            fresh.remove(List.of(volume, user));
            Optional<CsiVolume> found = book.find(volume).map(v -> book.put(v.without(user)));
            found.filter(v -> v.onNode() && v.users().isEmpty())
                    .ifPresent(v -> left(v, CsiOptions.parse(volume, v.options())));
            return found;
        });
    }

    /// Takes it away from this node.
    private CsiVolume left(CsiVolume v, CsiOptions options) {
        CsiVolume leaving = book.put(v.at(CsiVolume.Stage.ATTACHING));
        node.detach(client(), facts(), leaving, options);
        return book.put(leaving.published(Map.of()).at(CsiVolume.Stage.CREATED));
    }

    /// Lets go of what nobody has mounted any more, after an engine that did not come to it. In the background.
    void settle(BiPredicate<String, String> mounted) {
        for (CsiVolume v : book.list()) {
            List<String> still = v.users().stream()
                    .filter(user -> v.boot().equals(boot) && mounted.test(v.name(), user))
                    .toList();
            if (v.onNode() && (still.isEmpty() || still.size() < v.users().size())) {
                Thread.startVirtualThread(() -> settle(v.name(), still));
            }
        }
    }

    private void settle(String volume, List<String> still) {
        try {
            in(volume, () -> {
                Optional<CsiVolume> found = book.find(volume).filter(CsiVolume::onNode);
                found.ifPresent(v -> {
                    // Containers may have started meanwhile.
                    List<String> users = v.users().stream()
                            .filter(u -> still.contains(u) || fresh.contains(List.of(volume, u)))
                            .toList();
                    if (users.isEmpty()) {
                        left(v.usedBy(users, boot), CsiOptions.parse(volume, v.options()));
                    } else {
                        book.put(v.usedBy(users, boot));
                    }
                });
                return found;
            });
        } catch (GantryException e) {
            LOG.warn("volume name={} left on this node by an earlier engine: {}", volume, e.getMessage());
        }
    }

    // looking

    @Override
    public Optional<Kept> find(String volume) {
        return book.find(volume)
                .filter(v -> !v.id().isEmpty() && v.stage() != CsiVolume.Stage.REMOVING)
                .map(this::kept);
    }

    @Override
    public List<Kept> list() {
        return book.list().stream().map(this::kept).toList();
    }

    private Kept kept(CsiVolume v) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("VolumeId", v.id());
        status.put("Stage", v.stage().name().toLowerCase(java.util.Locale.ROOT));
        if (v.bytes() > 0) {
            status.put("CapacityBytes", v.bytes());
        }
        String at = v.stage() == CsiVolume.Stage.ATTACHED ? node.target(v).toString() : "";
        return new Kept(v.name(), at, v.created(), status);
    }

    @Override
    public String scope() {
        return "local";
    }

    @Override
    public synchronized void close() {
        CsiClient there = client;
        client = null;
        if (there != null) {
            there.close();
        }
    }
}
