package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// All cells, by id and by name. A name is taken before its container is stored and given back after it is gone.
final class ContainerIndex {
    private final Map<ContainerId, Cell> cells = new ConcurrentHashMap<>();
    private final Map<String, ContainerId> names = new ConcurrentHashMap<>();

    Collection<Cell> all() {
        return cells.values();
    }

    Optional<Cell> get(ContainerId id) {
        return Optional.ofNullable(cells.get(id));
    }

    Cell need(ContainerId id) {
        return get(id).orElseThrow(() -> unknown(id.shortHex()));
    }

    void add(Cell cell) {
        cells.put(cell.id, cell);
    }

    void remove(Cell cell) {
        cells.remove(cell.id);
        names.remove(cell.row.name(), cell.id);
    }

    /// [Conflict] when another container has the name.
    void take(String name, ContainerId id) {
        if (!name.matches("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}")) {
            throw new InvalidArgument(
                    "name a container " + name,
                    "a name is letters, digits, underscores, dots and dashes, and begins with a letter or digit",
                    "choose another name");
        }
        ContainerId holder = names.putIfAbsent(name, id);
        if (holder != null && !holder.equals(id)) {
            throw new Conflict(
                    "name a container " + name,
                    "the name is in use by container " + holder.hex(),
                    "remove or rename that container, or choose another name");
        }
    }

    boolean tryTake(String name, ContainerId id) {
        return names.putIfAbsent(name, id) == null;
    }

    void giveBack(String name, ContainerId id) {
        names.remove(name, id);
    }

    Cell find(String text) {
        String name = text.startsWith("/") ? text.substring(1) : text;
        ContainerId named = names.get(name);
        Cell byName = named == null ? null : cells.get(named);
        if (byName != null && !name.matches("[0-9a-f]{64}")) {
            return byName;
        }
        if (!name.matches("[0-9a-f]{1,64}")) {
            throw unknown(text);
        }
        List<Cell> found = new ArrayList<>();
        for (Cell cell : cells.values()) {
            if (cell.id.hex().startsWith(name)) {
                found.add(cell);
            }
        }
        if (found.size() > 1) {
            throw new InvalidArgument(
                    "find container " + text, "several ids begin like this", "write more digits of the id");
        }
        if (found.isEmpty()) {
            throw unknown(text);
        }
        return found.getFirst();
    }

    private static NotFound unknown(String text) {
        return new NotFound("find container " + text, "there is none of this name or id", "see gantry ps -a");
    }
}
