package dev.gantry.engine.managed;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What is installed, found by the names and ids that users write.
final class InstalledPlugins {
    /// By id.
    private final Map<String, LivePlugin> all = new ConcurrentHashMap<>();

    void add(LivePlugin plugin) {
        all.put(plugin.stored().id(), plugin);
    }

    void remove(LivePlugin plugin) {
        all.remove(plugin.stored().id());
    }

    Collection<LivePlugin> all() {
        return all.values();
    }

    Set<String> ids() {
        return all.keySet();
    }

    /// With the tag that a user leaves out.
    static String named(String text) {
        if (Reference.parse(text) instanceof Reference.Tagged tagged) {
            return tagged.familiar();
        }
        throw new InvalidArgument("read the name " + text, "a plugin has a tag, not a digest", "write name:tag");
    }

    Optional<LivePlugin> byName(String full) {
        return all.values().stream().filter(p -> p.stored().name().equals(full)).findFirst();
    }

    /// By its name, or by the beginning of its id.
    LivePlugin need(String text) {
        Optional<LivePlugin> found = Optional.empty();
        try {
            found = byName(named(text));
        } catch (InvalidArgument _) {
            // It may be the beginning of an id all the same.
        }
        if (found.isPresent()) {
            return found.get();
        }
        List<LivePlugin> begun = text.isEmpty()
                ? List.of()
                : all.entrySet().stream()
                        .filter(e -> e.getKey().startsWith(text))
                        .map(Map.Entry::getValue)
                        .toList();
        if (begun.size() > 1) {
            throw new InvalidArgument("find plugin " + text, "several ids begin with it", "write more of the id");
        }
        return begun.stream()
                .findFirst()
                .orElseThrow(() -> new NotFound(
                        "find plugin " + text, "plugin \"" + text + "\" not found", "see the list of plugins"));
    }
}
