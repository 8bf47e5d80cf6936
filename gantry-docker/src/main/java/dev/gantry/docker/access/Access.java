package dev.gantry.docker.access;

import dev.gantry.base.Forbidden;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.exec.ExecSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What one caller may do. Routes ask it about what they have read out of a request.
///
/// @param owner whom what it makes belongs to; empty: nobody
public record Access(Set<Limit> limits, String owner) {
    public static final Access FULL = new Access(Set.of(), "");

    /// Drivers of networks that use nothing of the host.
    private static final Set<String> KEPT_APART = Set.of("", "bridge", "overlay");

    /// What a volume of this host may be asked for without a place of the host in it.
    private static final Set<String> HARMLESS = Set.of("size", "backing");

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

    /// Refuses a container that belongs to another, and for a change one that has what the caller may not give.
    public void judge(String what, Container c, boolean change) {
        if (!sees(c)) {
            throw refuse(what, "the container " + c.name() + " is not yours", Limit.OWN_CONTAINERS);
        }
        if (change) {
            judge(what + " of container " + c.name(), c.spec());
        }
    }

    /// Refuses what the caller may not give to a container.
    void judge(String what, ContainerSpec spec) {
        if (has(Limit.NO_PRIVILEGED)) {
            refuseIf(what, Powers.beyondUsual(spec), Limit.NO_PRIVILEGED);
        }
        if (has(Limit.NO_HOST_MOUNTS)) {
            refuseIf(what, Powers.filesOfTheHost(spec), Limit.NO_HOST_MOUNTS);
        }
    }

    /// Refuses a container that is to be made.
    public void judge(ContainerSpec spec) {
        judge("create a container", spec);
        if (has(Limit.OWN_CONTAINERS)) {
            refuseIf("create a container", Powers.namedVolume(spec), Limit.OWN_CONTAINERS);
        }
    }

    /// Refuses a container whose namespaces or volumes another one is to have.
    public void judgeShared(Container other) {
        judge("share with container " + other.name(), other, true);
    }

    /// Refuses a process that is to run.
    public void judge(ExecSpec spec) {
        if (spec.privileged() && has(Limit.NO_PRIVILEGED)) {
            throw refuse("exec", "it asks for Privileged", Limit.NO_PRIVILEGED);
        }
    }

    /// Refuses a network that takes interfaces of the host, or that other programs make.
    public void judgeNetwork(String driver) {
        for (Limit limit : List.of(Limit.NO_PRIVILEGED, Limit.NO_HOST_MOUNTS)) {
            if (has(limit) && !KEPT_APART.contains(driver)) {
                throw refuse("create a network", "it asks for the driver " + driver, limit);
            }
        }
    }

    /// Refuses a volume that may be a place of the host.
    public void judgeVolume(Map<String, String> options) {
        if (has(Limit.NO_HOST_MOUNTS)) {
            refuseIf("create a volume", hostOptions(options), Limit.NO_HOST_MOUNTS);
        }
    }

    static Optional<String> hostOptions(Map<String, String> options) {
        return options.keySet().stream()
                .filter(name -> !HARMLESS.contains(name))
                .findFirst()
                .map(name -> "it asks for a volume with the option " + name);
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
