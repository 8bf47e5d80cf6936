package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// All containers of one data root. Each method is atomic and blocks until its change is stored; what runs at the same
/// time on one container is put in an order. What does not exist is [dev.gantry.base.NotFound].
public interface Containers {
    /// Creates it from an image that is here already; durable on return. An empty name is chosen for the user;
    /// [dev.gantry.base.Conflict] when the name is taken.
    Container create(String name, ContainerSpec spec);

    /// By whole id, name (with or without a leading slash), or unambiguous beginning of an id, in this order.
    Container find(String text);

    Optional<Container> get(ContainerId id);

    /// The newest first.
    List<Container> list();

    /// A failed launch is an exception whose cause is a [LaunchFailure]; the container stays as it was, and its history
    /// holds the words.
    StartOutcome start(ContainerId id);

    /// The same, with further variables of its environment, which are kept on no disk: who reads its specification does
    /// not see them, and another start does not have them.
    StartOutcome start(ContainerId id, List<String> variables);

    /// The same, but instead of its program what [#checkpoint] has saved goes on.
    ///
    /// @param in where the checkpoint is; empty: with the container's own files
    StartOutcome start(ContainerId id, String checkpoint, Optional<Path> in);

    /// Saves its processes under a name, which is one of a file, and ends it unless it is left running.
    /// [dev.gantry.base.Conflict] when the name is taken or it is not running;
    /// [dev.gantry.base.Unsupported] where there is no CRIU that works.
    void checkpoint(ContainerId id, String checkpoint, Optional<Path> in, boolean leaveRunning);

    /// The names, sorted.
    List<String> checkpoints(ContainerId id, Optional<Path> in);

    void removeCheckpoint(ContainerId id, String checkpoint, Optional<Path> in);

    StopOutcome stop(ContainerId id, StopRequest how);

    void restart(ContainerId id, StopRequest how);

    /// Sends a signal; [dev.gantry.base.Conflict] when it is not running.
    void kill(ContainerId id, int signal);

    /// Holds all its processes still, also while no engine lives; [dev.gantry.base.Conflict] when it is not running, or
    /// is paused already.
    void pause(ContainerId id);

    /// Lets a paused one go on; [dev.gantry.base.Conflict] when it is not paused.
    void unpause(ContainerId id);

    /// Changes its limits, its restart policy and its door's notes, and nothing else of its spec, all or nothing;
    /// [dev.gantry.base.Conflict] when the kernel refuses them for what runs.
    void update(ContainerId id, UnaryOperator<ContainerSpec> change);

    ExitWait expect(ContainerId id, WaitCondition condition);

    /// Deletes it and its files; `force` kills it first. A running one without `force` is a Conflict.
    void remove(ContainerId id, boolean force);

    /// The same; with `anonymousVolumes` those of its volumes go, too, that nobody named and nobody else
    /// holds.
    void remove(ContainerId id, boolean force, boolean anonymousVolumes);

    void rename(ContainerId id, String name);

    /// The size of the terminal; before the start it is kept for it.
    void resize(ContainerId id, int rows, int columns);

    /// Also before the start: then not a byte is missed.
    Attachment attach(ContainerId id, AttachRequest what);

    /// The processes in it, as pids of the host.
    List<Integer> processes(ContainerId id);
}
