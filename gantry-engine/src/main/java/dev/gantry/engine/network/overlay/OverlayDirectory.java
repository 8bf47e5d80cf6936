package dev.gantry.engine.network.overlay;

import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Who shares overlay networks with this host, and what each of them has there. A host speaks for itself
/// alone, and what it said last is all that counts; it is known by the address at which the others reach
/// it.
///
/// ```java
/// directory.onChange(this::settle); directory.publish(new HostState(networks, endpoints, wishes));
/// directory.others().forEach((host, state) -> reach(host, state.endpoints()));
/// ```
public interface OverlayDirectory extends AutoCloseable {
    /// Of an engine that shares no network.
    OverlayDirectory NONE = new OverlayDirectory() {
        @Override
        public Ip self() {
            return Ip.ANY_V4;
        }

        @Override
        public Set<Ip> hosts() {
            return Set.of();
        }

        @Override
        public void publish(HostState mine) {
            // Nobody listens.
        }

        @Override
        public Map<Ip, HostState> others() {
            return Map.of();
        }

        @Override
        public Set<Ip> unheard() {
            return Set.of();
        }

        @Override
        public void onChange(Runnable changed) {
            // Nothing ever changes.
        }

        @Override
        public void onKeys(Consumer<EncryptionPlan> changed) {
            // Nobody agrees on any.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    /// This host.
    Ip self();

    /// All others, whether they can be reached or not.
    Set<Ip> hosts();

    /// What this host has, instead of what it said before; on its way to all others when this returns.
    void publish(HostState mine);

    /// What each said last, of those that are there, or went a short while ago.
    Map<Ip, HostState> others();

    /// Who has not said anything yet since this directory was opened, a short while ago: nothing follows from it.
    Set<Ip> unheard();

    /// Runs it, on some thread, after each change of what others say. It must return at once.
    void onChange(Runnable changed);

    /// Tells it the keys on which hosts have agreed, now and after each change, in the order of changes;
    /// another host may use a key as soon as it returns.
    void onKeys(Consumer<EncryptionPlan> changed);

    /// Says nothing to others: what was published stays until they miss this host.
    @Override
    void close();
}
