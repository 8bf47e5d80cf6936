package dev.gantry.engine.network.overlay;

import dev.gantry.network.address.Ip;
import dev.gantry.network.encryption.EncryptionPlan;
import dev.gantry.network.encryption.TunnelKey;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys that this host and others have agreed on by their connections, and who is told of each before
/// the other host may use it. From any thread.
final class PeerKeys {
    private static final Logger LOG = LoggerFactory.getLogger(PeerKeys.class);

    /// Guarded by this object, as is what follows.
    private EncryptionPlan plan;

    private Consumer<EncryptionPlan> told = _ -> {};

    /// Why the kernel did not take what it was told last; empty when it did. The same is not said again.
    private String said = "";

    PeerKeys(OverlayOptions options) {
        EncryptionPlan all =
                EncryptionPlan.of(options.advertise().address(), EncryptionPlan.portBeside(options.dataPort()));
        for (OverlayOptions.Place p : options.peers()) {
            all = all.with(p.address());
        }
        this.plan = all;
    }

    synchronized void onChange(Consumer<EncryptionPlan> tell) {
        told = tell;
        tell.accept(plan);
    }

    /// False when the kernel did not take it: the peer must not use it then. To be asked for again.
    boolean receiving(Ip peer, TunnelKey key) {
        return change(peer, p -> p.receiving(peer, key));
    }

    /// False as above.
    boolean used(Ip peer, TunnelKey key) {
        return change(peer, p -> p.used(peer, key));
    }

    /// False as above.
    boolean sending(Ip peer, TunnelKey key) {
        return change(peer, p -> p.sending(peer, key));
    }

    /// What a kernel does not take keeps no host from speaking: it drops frames then, and sends none as they are.
    private synchronized boolean change(Ip peer, UnaryOperator<EncryptionPlan> change) {
        plan = change.apply(plan);
        try {
            told.accept(plan);
            said = "";
            return true;
        } catch (RuntimeException e) {
            String why = String.valueOf(e.getMessage());
            if (!why.equals(said)) {
                LOG.warn("overlay peer={} not encrypted with a new key: {}", peer, why);
            }
            said = why;
            return false;
        }
    }
}
