package dev.gantry.runtime.oci;

import dev.gantry.base.InvalidArgument;
import dev.gantry.runtime.oci.LaunchContext.Peer;
import dev.gantry.runtime.oci.LaunchContext.WatchOptions;
import dev.gantry.runtime.oci.ProcessSpec.ConsoleSize;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The plan of a further process in a container that runs. It is made from the container's own plan, never from what
/// `/proc` says of its processes: the same filter, capabilities, limits and groups, whatever those have become.
public final class JoinPlan {
    // <linux/sched.h>
    private static final long NEWCGROUP = 0x0200_0000L;
    private static final long NEWUSER = 0x1000_0000L;

    private JoinPlan() {}

    /// What to run.
    ///
    /// @param cwd absolute; empty: where the container's own program started
    /// @param user ids in the container; null: those of the container's own program
    /// @param size of the terminal; null while nobody has said
    /// @param privileged with every capability that there is to give, and no filter
    public record Exec(
            List<String> args,
            List<String> env,
            String cwd,
            ProcessSpec.@Nullable User user,
            boolean terminal,
            @Nullable ConsoleSize size,
            boolean privileged) {
        public Exec {
            args = List.copyOf(args);
            env = List.copyOf(env);
            if (args.isEmpty() || args.getFirst().isEmpty()) {
                throw new InvalidArgument("exec", "there is no program to run", "name one");
            }
            if (!cwd.isEmpty() && !cwd.startsWith("/")) {
                throw new InvalidArgument("exec in " + cwd, "the directory is not absolute", "begin it with /");
            }
        }
    }

    /// The plan of `exec` in the container that `container` started and whose init is `init`.
    public static LaunchPlan of(LaunchPlan container, Peer init, Exec exec, HostFacts host, WatchOptions watch) {
        return of(container, init, exec, host, watch, "");
    }

    /// The same in a group of its own below the container's, called `group`: whatever it starts can be killed with it,
    /// and is at its end. Where containers have no group that can be killed it is as any other.
    public static LaunchPlan apart(
            LaunchPlan container, Peer init, Exec exec, HostFacts host, WatchOptions watch, String group) {
        Optional<String> parent = killable(container);
        if (parent.isEmpty()) {
            return of(container, init, exec, host, watch);
        }
        String own = parent.get() + "/" + group;
        List<Step> release = new ArrayList<>(List.of(new Step.KillGroup(own), new Step.CgroupRemove(own)));
        release.addAll(watch.release());
        return of(container, init, exec, host, watch.withRelease(release), own);
    }

    /// The group with which all of a container is killed.
    public static Optional<String> killable(LaunchPlan container) {
        return all(container, Step.KillGroup.class).stream()
                .map(Step.KillGroup::path)
                .findFirst();
    }

    /// `own` is empty, or a group to be made, instead of its parent.
    private static LaunchPlan of(
            LaunchPlan container, Peer init, Exec exec, HostFacts host, WatchOptions watch, String own) {
        List<Step> steps = new ArrayList<>();
        watch(steps, exec, host, watch);
        Slots slots = new Slots();
        Step.Clone clone = one(container, Step.Clone.class);
        Set<Long> joined = new LinkedHashSet<>();
        all(container, Step.CgroupJoin.class).forEach(j -> joined.add(j.slot()));
        // From within the container's user namespace nobody may be cloned into a group, but a member may be written to
        // a file that was opened before.
        boolean inUserNamespace = (namespaces(container, clone) & NEWUSER) != 0;
        long into = 0;
        List<Step> joins = new ArrayList<>();
        for (Step.CgroupMake group : all(container, Step.CgroupMake.class)) {
            boolean cloned = group.slot() == clone.cgroupSlotPlusOne() - 1;
            if (cloned && !inUserNamespace) {
                long slot = slots.take(group.path());
                steps.add(group(slot, group.path(), own));
                into = slot + 1;
            } else if (cloned || joined.contains(group.slot())) {
                long slot = slots.take(group.path());
                steps.add(group(slot, group.path(), own));
                joins.add(new Step.CgroupJoin(slot));
            }
        }
        steps.add(new Step.Join(init.pid(), init.startTime(), namespaces(container, clone)));
        steps.add(new Step.Clone(0, into));

        steps.addAll(all(container, Step.OomScore.class));
        steps.addAll(joins);
        // Not joined but made anew, in the same group and so with the same root: a process that already is in the
        // container's cgroup namespace may not be cloned into a group from outside it.
        if (all(container, Step.Unshare.class).stream().anyMatch(u -> (u.flags() & NEWCGROUP) != 0)) {
            steps.add(new Step.Unshare(NEWCGROUP));
        }
        steps.addAll(all(container, Step.Rlimit.class));
        steps.add(new Step.Chdir(
                exec.cwd().isEmpty() ? one(container, Step.Chdir.class).path() : exec.cwd(), 0));
        become(steps, container, exec, host);
        steps.add(new Step.Exec(exec.args(), exec.env(), 0));
        steps.addAll(watch.release());
        return new LaunchPlan(steps);
    }

    private static Step group(long slot, String path, String own) {
        boolean below = !own.isEmpty() && own.substring(0, own.lastIndexOf('/')).equals(path);
        return below ? new Step.CgroupMake(slot, own) : new Step.OpenCgroup(slot, path);
    }

    private static void watch(List<Step> steps, Exec exec, HostFacts host, WatchOptions watch) {
        WatchSteps.add(steps, watch, host.bootId(), exec.terminal(), exec.size(), List.of());
    }

    /// Everything the container has of its own, made or joined.
    private static long namespaces(LaunchPlan container, Step.Clone clone) {
        long flags = clone.flags();
        for (Step.Join join : all(container, Step.Join.class)) {
            flags |= join.flags();
        }
        return flags & ~NEWCGROUP;
    }

    /// In the container's order: its filter stands where it had the right to load it.
    private static void become(List<Step> steps, LaunchPlan container, Exec exec, HostFacts host) {
        Step.Identity its = one(container, Step.Identity.class);
        ProcessSpec.User user = exec.user();
        if (exec.privileged()) {
            steps.add(identity(its, user, host.capabilities(), host.capabilities()));
            return;
        }
        Predicate<Step> wanted =
                s -> s instanceof Step.Identity || s instanceof Step.NoNewPrivs || s instanceof Step.Seccomp;
        for (Step step : container.steps().stream().filter(wanted).toList()) {
            steps.add(step instanceof Step.Identity i ? identity(i, user, i.bounding(), i.effective()) : step);
        }
    }

    private static Step.Identity identity(
            Step.Identity its, ProcessSpec.@Nullable User user, long bounding, long effective) {
        boolean more = effective != its.effective();
        Long umask = user == null ? null : user.umask();
        return new Step.Identity(
                user == null ? its.uid() : user.uid(),
                user == null ? its.gid() : user.gid(),
                user == null
                        ? its.groups()
                        : user.additionalGids().stream().map(String::valueOf).toList(),
                umask == null ? its.umask() : umask,
                bounding,
                effective,
                more ? effective : its.permitted(),
                its.inheritable(),
                its.ambient());
    }

    private static <S extends Step> List<S> all(LaunchPlan plan, Class<S> kind) {
        return plan.steps().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private static <S extends Step> S one(LaunchPlan plan, Class<S> kind) {
        return all(plan, kind).stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a container's plan has a step " + kind.getSimpleName()));
    }
}
