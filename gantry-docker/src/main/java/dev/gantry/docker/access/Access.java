package dev.gantry.docker.access;

import dev.gantry.base.Forbidden;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.exec.ExecSpec;
import dev.gantry.network.model.NetworkSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What one caller may do. Routes ask it about what they have read out of a request.
///
/// @param owner whom what it makes belongs to; empty: nobody
public record Access(Set<Limit> limits, String owner) {
    public static final Access FULL = new Access(Set.of(), "");

    /// Each is a way to the other.
    private static final List<Limit> POWERS = List.of(Limit.NO_PRIVILEGED, Limit.NO_HOST_MOUNTS);

    public Access {
        limits = Set.copyOf(limits);
    }

    public boolean has(Limit limit) {
        return limits.contains(limit);
    }

    /// Whether lists show it.
    public boolean sees(Container c) {
        return !has(Limit.OWN_CONTAINERS) || owns(c);
    }

    /// Whether lists show everything.
    public boolean seesAll() {
        return !has(Limit.OWN_CONTAINERS);
    }

    private boolean owns(Container c) {
        return !owner.isEmpty() && owner.equals(c.spec().owner());
    }

    /// Refuses a container that belongs to another, and for a change one that has what the caller may not give:
    /// itself, or by the namespaces of others.
    public void judge(String what, Container c, boolean change, Surroundings around) {
        refuseOthers(what, c);
        if (!change || limits.isEmpty()) {
            return;
        }
        Surroundings.Sharing sharing = around.sharing(c);
        for (Container one : sharing.all()) {
            refuseOthers(what, one);
            judge(what + " of container " + one.name(), one.spec(), around);
        }
        if (sharing.isUnknown()) {
            refuseIf(
                    what + " of container " + c.name(),
                    Optional.of("a container is gone whose namespaces it may use"),
                    POWERS);
        }
    }

    private void refuseOthers(String what, Container c) {
        if (!sees(c)) {
            throw refuse(what, "the container " + c.name() + " is not yours", Limit.OWN_CONTAINERS);
        }
    }

    /// Refuses what the caller may not give to a container.
    private void judge(String what, ContainerSpec spec, Surroundings around) {
        if (has(Limit.NO_PRIVILEGED)) {
            refuseIf(what, Powers.beyondUsual(spec, around), Limit.NO_PRIVILEGED);
        }
        if (has(Limit.NO_HOST_MOUNTS)) {
            refuseIf(what, Powers.filesOfTheHost(spec, around), Limit.NO_HOST_MOUNTS);
        }
    }

    /// Refuses a container that is to be made. Those that it shares with are judged by themselves.
    public void judge(ContainerSpec spec, Surroundings around) {
        judge("create a container", spec, around);
        if (has(Limit.OWN_CONTAINERS)) {
            refuseIf("create a container", Powers.namedVolume(spec), Limit.OWN_CONTAINERS);
        }
    }

    /// Refuses a container whose namespaces or volumes another one is to have.
    public void judgeShared(Container other, Surroundings around) {
        judge("share with container " + other.name(), other, true, around);
    }

    /// Refuses a process that is to run.
    public void judge(ExecSpec spec) {
        if (spec.privileged() && has(Limit.NO_PRIVILEGED)) {
            throw refuse("exec", "it asks for Privileged", Limit.NO_PRIVILEGED);
        }
    }

    /// Refuses to save or restore processes, and to name where: CRIU, as root, believes what processes and files say.
    public void judgeCheckpoint(String what) {
        limits.stream().sorted().findFirst().ifPresent(limit -> {
            throw refuse(what, "checkpoints are made and used by who may do everything", limit);
        });
    }

    /// Refuses to build: steps of a build are nobody's containers, and all builds share what they have made.
    public void judgeBuild() {
        limits.stream().sorted().findFirst().ifPresent(limit -> {
            throw refuse("build", "images are built by who may do everything", limit);
        });
    }

    /// Refuses a network that takes interfaces of the host, or that other programs make. `spec` is whole: with what
    /// its configuration network gives.
    public void judgeNetwork(NetworkSpec spec) {
        refuseIf("create a network", Powers.partsOfTheHost(spec), POWERS);
    }

    /// Refuses a volume that may be a place of the host.
    public void judgeVolume(String what, Map<String, String> options) {
        if (has(Limit.NO_HOST_MOUNTS)) {
            refuseIf(what, Powers.hostOptions(options), Limit.NO_HOST_MOUNTS);
        }
    }

    private void refuseIf(String what, Optional<String> why, List<Limit> any) {
        any.stream().filter(this::has).findFirst().ifPresent(limit -> refuseIf(what, why, limit));
    }

    private static void refuseIf(String what, Optional<String> why, Limit limit) {
        if (why.isPresent()) {
            throw refuse(what, why.get(), limit);
        }
    }

    /// To be thrown.
    public static Forbidden refuse(String what, String why, Limit limit) {
        return new Forbidden(
                what,
                why + ", and the access rules give this caller the limit " + limit.word(),
                "leave it out, or ask whoever keeps the rules");
    }
}
