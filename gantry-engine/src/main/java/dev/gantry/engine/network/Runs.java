package dev.gantry.engine.network;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Unsupported;
import dev.gantry.engine.container.ContainerNetworks.Whereabouts;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.container.StoredContainer;
import java.util.List;

/// The endpoints of containers that run.
final class Runs {
    private final NetworkBook book;
    private final NetworkTable table;

    Runs(NetworkBook book, NetworkTable table) {
        this.book = book;
        this.table = table;
    }

    /// Whether this engine can put containers into networks.
    boolean canRun() {
        return false;
    }

    void checkCanRun(String what) {
        if (!canRun()) {
            throw noDriver(what);
        }
    }

    Whereabouts begin(ContainerId id, String name, ContainerSpec spec) {
        throw noDriver("start container " + name);
    }

    void plug(StoredContainer row, Member member) {
        throw noDriver("connect container " + row.name());
    }

    void unplug(StoredContainer row, Member member) {
        throw noDriver("disconnect container " + row.name());
    }

    void end(ContainerId id) {
        List<Member> ended =
                book.of(id).stream().filter(m -> m.endpoint().isPresent()).toList();
        if (ended.isEmpty()) {
            return;
        }
        List<Member> free = ended.stream().map(Member::ended).toList();
        table.put(free, List.of(), Durability.PROCESS);
        for (Member m : ended) {
            m.endpoint().ifPresent(book::release);
        }
        free.forEach(book::put);
    }

    private static Unsupported noDriver(String what) {
        return new Unsupported(
                what,
                "this version of the engine cannot put containers into networks yet",
                "use --network none or --network host");
    }
}
