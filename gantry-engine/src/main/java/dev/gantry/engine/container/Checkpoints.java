package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.linux.ProcessCalls;
import dev.gantry.runtime.oci.RestorePlan;
import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Saves what runs in a container to a directory, from which it goes on later.
final class Checkpoints {
    private static final Path PROC = Path.of("/proc");
    private static final String NETWORK = "network";
    private static final Duration ENDS = Duration.ofSeconds(20);

    private final ProcessCalls processes;
    private final Rows rows;
    private final Criu criu;

    Checkpoints(ProcessCalls processes, Rows rows, Criu criu) {
        this.processes = processes;
        this.rows = rows;
        this.criu = criu;
    }

    /// @param directory absent; after a failure there is none
    /// @param ours nobody else puts anything there: what is left of a checkpoint that was cut short goes
    /// @param leaveRunning else the container has ended when this returns
    void make(Cell cell, Path directory, boolean ours, boolean leaveRunning) {
        String what = cell.what("checkpoint");
        ExitWait end;
        cell.turn.lock();
        try {
            Task task = cell.task;
            if (!(cell.row.state() instanceof ContainerState.Running running) || task == null) {
                throw new Conflict(what, "it is not running", "start it first");
            }
            if (running.paused()) {
                throw new Conflict(what, "it is paused", "unpause it first");
            }
            refuse(what, cell.row.spec());
            LaunchPlan plan = task.plan;
            if (plan == null) {
                throw new Conflict(what, "the plan it was started with is lost", "restart the container");
            }
            if (plan.steps().stream().anyMatch(s -> s instanceof Step.IdMap || s instanceof Step.Join)) {
                throw new Unsupported(
                        what, "its user namespace cannot be saved with it", "create it with --userns host");
            }
            criu.path(what);
            if (ours && Files.isDirectory(directory) && !Checkpoint.isAt(directory)) {
                Checkpoint.remove(directory);
            }
            Checkpoint.make(directory, cell.row.name());
            end = cell.expect(WaitCondition.NEXT_EXIT);
            Container.History before = cell.row.history();
            if (!leaveRunning) { // so that no policy starts it again
                stopped(cell, true);
            }
            try {
                save(what, running, plan, directory, leaveRunning);
            } catch (RuntimeException e) {
                if (!leaveRunning) {
                    stopped(cell, before.stopped());
                }
                throw e;
            }
        } finally {
            cell.turn.unlock();
        }
        if (!leaveRunning && end.within(ENDS).isEmpty()) {
            throw new Unavailable(
                    what,
                    "it has not ended within " + ENDS.toSeconds() + " s, though it was saved",
                    "stop it, and start it from its checkpoint");
        }
        rows.tell(cell, "checkpoint", Map.of());
    }

    private void save(String what, ContainerState.Running run, LaunchPlan plan, Path directory, boolean leaveRunning) {
        int pid = run.pid();
        try {
            List<String> inherited = new ArrayList<>(InitStreams.of(PROC, pid));
            List<String> outside = RestorePlan.outside(plan, InitStreams.mountPoints(PROC, pid));
            List<String> options = new ArrayList<>();
            if (leaveRunning) {
                options.add("--leave-running");
            }
            inherited.stream()
                    .filter(key -> key.startsWith("file["))
                    .forEach(key -> options.addAll(List.of("--external", key)));
            outside.forEach(place -> options.addAll(List.of("--external", "mnt[" + place + "]:" + place)));
            boolean ownNetwork = ownNetwork(plan);
            if (ownNetwork) {
                long inode = ((Number) Files.getAttribute(PROC.resolve(pid + "/ns/net"), "unix:ino")).longValue();
                options.addAll(List.of("--external", "net[" + inode + "]:" + NETWORK));
            }
            inherited.add(ownNetwork ? NETWORK : "");
            // CRIU takes a number. One of another process, if it has ended just now, would be somebody's on the host.
            processes.open(pid, run.startTime()).close();
            criu.dump(what, pid, directory, options);
            new Checkpoint(directory, inherited, outside).write();
        } catch (IOException e) {
            Checkpoint.remove(directory);
            throw new Internal(what, String.valueOf(e), "see whether it still runs", e);
        } catch (RuntimeException e) {
            Checkpoint.remove(directory);
            throw e;
        }
    }

    /// What [#make] has saved, for a start of this container.
    Restoration from(Cell cell, Path directory) {
        String what = cell.what("start");
        refuse(what, cell.row.spec());
        return new Restoration(criu.path(what), Checkpoint.read(directory));
    }

    private void stopped(Cell cell, boolean stopped) {
        Container.History h = cell.row.history();
        var history = new Container.History(h.startedAt(), h.exit(), h.restarts(), stopped, h.error());
        rows.commit(cell, cell.row.with(history), List.of(), Durability.PROCESS);
    }

    private static boolean ownNetwork(LaunchPlan plan) {
        return plan.steps().stream()
                .anyMatch(s -> s instanceof Step.Clone c && (c.flags() & 0x4000_0000L) != 0); // CLONE_NEWNET
    }

    /// What CRIU could save only together with something outside of the container.
    private static void refuse(String what, ContainerSpec spec) {
        IsolationSpec isolation = spec.isolation();
        String part = "";
        if (spec.streams().tty()) {
            part = "its terminal belongs to the engine, not to it";
        } else if (!own(isolation.pid()) || !own(isolation.uts())) {
            part = "it uses a namespace that is not its own";
        } else if (!own(isolation.ipc()) && !isolation.ipc().equals("none")) {
            part = "it shares its IPC namespace";
        } else if (spec.network() == ContainerSpec.Network.CONTAINER) {
            part = "it uses the network of another container";
        }
        if (!part.isEmpty()) {
            throw new Unsupported(what, part + ", and so cannot be saved with it", "create it without that");
        }
    }

    private static boolean own(String namespace) {
        return Set.of("", "private").contains(namespace);
    }
}
