package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The containers that use the network namespace of one run of another. From any thread.
final class Borrowers {
    /// Guarded by this object.
    private final Set<ContainerId> now = new HashSet<>();

    private Borrowers() {}

    private synchronized void add(ContainerId borrower) {
        now.add(borrower);
    }

    private synchronized void remove(ContainerId borrower) {
        now.remove(borrower);
    }

    synchronized boolean areGone() {
        return now.isEmpty();
    }

    /// Of all runs that there are.
    static final class Book {
        /// By the one whose namespace it is. Guarded by this object, as is the next.
        private final Map<ContainerId, Borrowers> ofOwner = new HashMap<>();

        /// By who uses it: that of a run that is over, too.
        private final Map<ContainerId, Borrowers> ofBorrower = new HashMap<>();

        /// `borrower` uses the network of `owner`, which may itself be that of another, as its own.
        synchronized void lend(ContainerId owner, ContainerId borrower) {
            Borrowers whole = ofBorrower.get(owner);
            if (whole == null) {
                whole = ofOwner.computeIfAbsent(owner, _ -> new Borrowers());
            }
            giveBack(borrower);
            ofBorrower.put(borrower, whole);
            whole.add(borrower);
        }

        /// The run of this container is over. Who used its network, if anybody ever did.
        synchronized Optional<Borrowers> end(ContainerId id) {
            giveBack(id);
            return Optional.ofNullable(ofOwner.remove(id));
        }

        private void giveBack(ContainerId borrower) {
            Borrowers before = ofBorrower.remove(borrower);
            if (before != null) {
                before.remove(borrower);
            }
        }
    }
}
