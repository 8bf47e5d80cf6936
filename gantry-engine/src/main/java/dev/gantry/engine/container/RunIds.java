package dev.gantry.engine.container;

import dev.gantry.base.IdMap;
import dev.gantry.base.Unavailable;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Which ids of the host those of a run are: what it was started with, never what `/proc` says of its processes. A
/// process may move on into a namespace that it has made itself, with a map of its own choice.
final class RunIds {
    private static final long NEW_USER = 0x1000_0000L; // CLONE_NEWUSER, <linux/sched.h>

    /// As in `/proc/<pid>`, beside the plan of a run whose user namespace is another's.
    private static final String UIDS = "uid_map";

    private static final String GIDS = "gid_map";

    private RunIds() {}

    /// @param what is to be done, for errors
    /// @param directory of the run's watch
    static IdMap of(String what, LaunchPlan plan, Path directory) {
        for (Step step : plan.steps()) {
            if (step instanceof Step.IdMap map) {
                return present(what, IdMap.parse(map.uidMap(), map.gidMap()));
            }
        }
        return joins(plan) ? kept(what, directory) : IdMap.SAME;
    }

    /// Whether it is in the user namespace of another run.
    static boolean joins(LaunchPlan plan) {
        return plan.steps().stream().anyMatch(s -> s instanceof Step.Join join && (join.flags() & NEW_USER) != 0);
    }

    static void keep(Path directory, IdMap ids) throws IOException {
        Files.writeString(directory.resolve(UIDS), IdMap.lines(ids.uids()));
        Files.writeString(directory.resolve(GIDS), IdMap.lines(ids.gids()));
    }

    private static IdMap kept(String what, Path directory) {
        try {
            IdMap ids =
                    IdMap.parse(Files.readString(directory.resolve(UIDS)), Files.readString(directory.resolve(GIDS)));
            return present(what, ids);
        } catch (IOException e) {
            throw lost(what, e);
        }
    }

    private static IdMap present(String what, IdMap ids) {
        if (ids.uids().isEmpty() || ids.gids().isEmpty()) {
            throw lost(what, new IllegalStateException("an empty map"));
        }
        return ids;
    }

    private static Unavailable lost(String what, Exception cause) {
        return new Unavailable(what, "which ids its user namespace has is not known", "restart the container", cause);
    }
}
