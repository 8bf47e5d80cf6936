package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.runtime.oci.LaunchContext;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The namespaces of others that a container uses: by the first process of each, which is named for ever by its start
/// time, so that no later process of the same number is taken for it.
///
/// @param peers by the type of the namespace
/// @param shm what it sees as `/dev/shm` when it is another's; null: its own
record SharedNamespaces(
        Map<String, LaunchContext.Peer> peers, @Nullable Path shm) {
    static final SharedNamespaces NONE = new SharedNamespaces(Map.of(), null);

    /// [Conflict] when one of them does not run.
    static SharedNamespaces of(
            StoredContainer row, Function<ContainerId, Optional<StoredContainer>> others, Path containers) {
        IsolationSpec isolation = row.spec().isolation();
        if (!isolation.joins()) {
            return NONE;
        }
        Map<String, LaunchContext.Peer> peers = new HashMap<>();
        Path shm = null;
        if (IsolationSpec.isOther(isolation.pid())) {
            peers.put("pid", peer(row, "PID", Donors.need(row, IsolationSpec.other(isolation.pid()), others)));
        }
        if (IsolationSpec.isOther(isolation.ipc())) {
            StoredContainer donor = Donors.need(row, IsolationSpec.other(isolation.ipc()), others);
            peers.put("ipc", peer(row, "IPC", donor));
            shm = shm(row, donor, containers);
        }
        return new SharedNamespaces(peers, shm);
    }

    private static LaunchContext.Peer peer(StoredContainer row, String what, StoredContainer other) {
        ContainerState.Running running = Donors.running(row, what, other);
        return new LaunchContext.Peer(running.pid(), running.startTime());
    }

    private static Path shm(StoredContainer row, StoredContainer donor, Path containers) {
        return switch (donor.spec().isolation().ipc()) {
            case "shareable" -> SharedMemory.in(Container.Files.in(containers, donor.id()));
            case "host" -> Path.of("/dev/shm");
            default ->
                throw new Conflict(
                        "start container " + row.name(),
                        "container " + donor.id().hex()
                                + ": non-shareable IPC (hint: use IpcMode:shareable for the donor container)",
                        "create that container with --ipc shareable");
        };
    }
}
