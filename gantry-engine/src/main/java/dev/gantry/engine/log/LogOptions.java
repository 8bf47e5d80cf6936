package dev.gantry.engine.log;

import dev.gantry.base.InvalidArgument;
import java.util.Map;
import java.util.Set;

/// Options of log drivers, refused in dockerd's words.
public final class LogOptions {
    /// What says which of a container's labels and variables its records carry, and under which tag.
    public static final Set<String> TOLD = Set.of("labels", "labels-regex", "env", "env-regex", "tag");

    private LogOptions() {}

    /// Refuses an option that is neither in [#TOLD] nor among `own`.
    public static void requireKnown(String driver, Set<String> own, Map<String, String> options) {
        for (String name : options.keySet()) {
            if (!TOLD.contains(name) && !own.contains(name)) {
                throw refused(driver, "unknown log opt '" + name + "' for " + driver + " log driver", "leave it out");
            }
        }
    }

    public static InvalidArgument refused(String driver, String why, String todo) {
        return new InvalidArgument("create a container with the log driver " + driver, why, todo);
    }
}
