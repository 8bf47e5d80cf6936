package dev.gantry.docker.guard;

import dev.gantry.docker.access.AccessRules;
import java.util.Optional;

/// How callers are watched: by which rules, and by which log.
public record Control(AccessRules rules, Optional<AuditLog> audit) {
    /// Not at all: whoever is asked, nothing asks who calls.
    public static final Control OPEN = new Control(AccessRules.NONE, Optional.empty());

    boolean isOpen() {
        return !rules.active() && audit.isEmpty();
    }
}
