package dev.gantry.engine.network.overlay;

import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Hosts in one process, whose links can be cut: what one says the others know at once.
///
/// ```java
/// var hosts = new InMemoryHosts(Set.of(a, b));
/// OverlayDirectory ofA = hosts.open(a);
/// ```
public final class InMemoryHosts {
    private final Set<Ip> all;
    private final Map<Ip, InMemoryDirectory> open = new ConcurrentHashMap<>();

    /// Pairs that do not hear each other. Guarded by this object.
    private final Set<Set<Ip>> cut = new HashSet<>();

    public InMemoryHosts(Set<Ip> all) {
        this.all = Set.copyOf(all);
    }

    public OverlayDirectory open(Ip self) {
        var directory = new InMemoryDirectory(self);
        open.put(self, directory);
        tellOthers(self);
        return directory;
    }

    /// From now on neither hears the other; what was said is forgotten at once.
    public void cut(Ip a, Ip b) {
        synchronized (this) {
            cut.add(Set.of(a, b));
        }
        tell(a);
        tell(b);
    }

    public void heal() {
        synchronized (this) {
            cut.clear();
        }
        all.forEach(this::tell);
    }

    private synchronized boolean hear(Ip a, Ip b) {
        return !cut.contains(Set.of(a, b));
    }

    private void tellOthers(Ip speaker) {
        all.stream().filter(h -> !h.equals(speaker)).forEach(this::tell);
    }

    private void tell(Ip host) {
        InMemoryDirectory directory = open.get(host);
        if (directory != null) {
            directory.changed.run();
        }
    }

    private final class InMemoryDirectory implements OverlayDirectory {
        private final Ip self;
        private volatile HostState state = HostState.EMPTY;
        private volatile Runnable changed = () -> {};

        InMemoryDirectory(Ip self) {
            this.self = self;
        }

        @Override
        public Ip self() {
            return self;
        }

        @Override
        public Set<Ip> hosts() {
            Set<Ip> others = new HashSet<>(all);
            others.remove(self);
            return others;
        }

        @Override
        public void publish(HostState mine) {
            if (!mine.equals(state)) {
                state = mine;
                tellOthers(self);
            }
        }

        @Override
        public Map<Ip, HostState> others() {
            Map<Ip, HostState> said = new HashMap<>();
            open.forEach((host, directory) -> {
                if (!host.equals(self) && hear(self, host)) {
                    said.put(host, directory.state);
                }
            });
            return said;
        }

        @Override
        public Set<Ip> unheard() {
            return Set.of();
        }

        @Override
        public void onChange(Runnable run) {
            changed = run;
        }

        @Override
        public void onKeys(Consumer<EncryptionPlan> run) {
            // There are no connections to take keys from, but hosts.
            EncryptionPlan plan = EncryptionPlan.of(self, EncryptionPlan.portBeside(OverlayOptions.DATA_PORT));
            for (Ip other : hosts()) {
                plan = plan.with(other);
            }
            run.accept(plan);
        }

        @Override
        public void close() {
            open.remove(self, this);
            tellOthers(self);
        }
    }
}
