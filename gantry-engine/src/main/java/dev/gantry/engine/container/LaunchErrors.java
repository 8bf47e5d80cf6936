package dev.gantry.engine.container;

import dev.gantry.base.Forbidden;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanText;
import dev.gantry.runtime.plan.Step;
import dev.gantry.runtime.watch.LaunchOutcome;
import java.util.List;

/// From the step that failed to an error of the right kind, which names the step. Pure.
public final class LaunchErrors {
    private LaunchErrors() {}

    /// `what` such as `start container web-1`.
    public static GantryException of(String what, LaunchPlan plan, LaunchOutcome.Failed failed) {
        if (failed.step() < 0 || failed.step() >= plan.steps().size()) {
            var cause = new LaunchFailure(
                    LaunchFailure.Stage.SETUP, "no step", new Errno(failed.errno()).name(), failed.detail());
            return new Internal(what, words(cause, failed), "report this", cause);
        }
        Step step = plan.steps().get(failed.step());
        String place = " (step " + (failed.step() + 1) + " of " + plan.steps().size() + ")";
        var cause =
                new LaunchFailure(stage(step), brief(step) + place, new Errno(failed.errno()).name(), failed.detail());
        String why = words(cause, failed);
        return switch (step) {
            case Step.Exec _ ->
                new InvalidArgument(what, why, "name a program that is in the container and may be run", cause);
            case Step.Restore _ ->
                new Internal(what, why, "start it without the checkpoint, or from another one", cause);
            case Step.Chdir _ -> new InvalidArgument(what, why, "choose a working directory the user may enter", cause);
            case Step.OpenTree _ ->
                new InvalidArgument(what, why, "make the source of the bind, or correct its path", cause);
            case Step.Identity _
            when cause.errno().equals("EINVAL") ->
                new InvalidArgument(
                        what,
                        why,
                        "use ids that its user namespace has, or give such namespaces more in /etc/subuid and /etc/subgid",
                        cause);
            case Step.Sysctl _
            when cause.errno().equals("EROFS") ->
                new Unsupported(
                        what,
                        why,
                        "if this engine is in a container itself, run that one privileged; or leave the setting out",
                        cause);
            case Step.OomScore o
            when List.of("EACCES", "EPERM").contains(cause.errno()) ->
                new Forbidden(
                        what,
                        why,
                        "a score below the engine's own needs its right CAP_SYS_RESOURCE: choose a higher one than "
                                + o.value(),
                        cause);
            // Mounts that came from outside of a user namespace hide what is below them.
            case Step.Overlay _
            when cause.errno().equals("EINVAL") ->
                new Unsupported(
                        what,
                        why,
                        "if this is an engine of an ordinary user, name a directory that nothing is mounted below",
                        cause);
            default ->
                switch (cause.errno()) {
                    case "ENOMEM", "EAGAIN", "ENOSPC", "EMFILE", "ENFILE", "EDQUOT", "EBUSY" ->
                        new Unavailable(what, why, "free what is full or busy and start it again", cause);
                    case "EPERM", "EACCES" -> new Forbidden(what, why, "run the engine with the rights for it", cause);
                    default -> new Internal(what, why, "report this with the output of gantry inspect", cause);
                };
        };
    }

    private static String words(LaunchFailure cause, LaunchOutcome.Failed failed) {
        String detail = failed.detail().isEmpty() ? new Errno(failed.errno()).words() : failed.detail();
        return cause.step() + ": " + cause.errno() + (detail.isEmpty() ? "" : ": " + detail);
    }

    private static LaunchFailure.Stage stage(Step step) {
        return switch (step) {
            case Step.Exec _ -> LaunchFailure.Stage.EXEC;
            case Step.Chdir _ -> LaunchFailure.Stage.CHDIR;
            default -> LaunchFailure.Stage.SETUP;
        };
    }

    /// Without the environment, which may hold secrets.
    private static String brief(Step step) {
        return switch (step) {
            case Step.Exec e -> "exec " + e.argv().getFirst();
            case Step.Restore _ -> "restore its processes";
            default -> PlanText.words(step);
        };
    }
}
