package dev.gantry.engine.plugin.cni;

import dev.gantry.base.InvalidArgument;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.engine.plugin.PluginAnswer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One list of plugins, CNI specification 1.1 §"Section 1: Network configuration format". Fields of a
/// plugin that are
/// not ours are kept as they are. `versions` are those the file allows.
public record CniNetwork(
        String name, Set<String> versions, boolean disableCheck, boolean disableGc, List<Plugin> plugins) {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}");
    private static final int MOST_PLUGINS = 64;

    public CniNetwork {
        versions = Set.copyOf(versions);
        plugins = List.copyOf(plugins);
    }

    /// One of the chain: the program's name, what it can be told at run time, and its configuration.
    public record Plugin(String type, Set<String> capabilities, Map<String, @Nullable Object> configuration) {
        public Plugin {
            capabilities = Set.copyOf(capabilities);
        }
    }

    /// Reads a list, or the configuration of a single plugin. `what` is what failed if it is wrong.
    public static CniNetwork parse(String what, byte[] document) throws IOException {
        var list = new PluginAnswer(what, JsonTree.object(document));
        try {
            String name = list.text("name");
            if (!NAME.matcher(name).matches()) {
                throw wrong(what, "the name \"" + PluginAnswer.shown(name) + "\" is none");
            }
            Set<String> versions = new TreeSet<>(list.texts("cniVersions"));
            versions.add(list.text("cniVersion"));
            if (versions.stream().noneMatch(v -> CniVersion.find(v).isPresent())) {
                throw wrong(what, "its cniVersion is none of " + List.of(CniVersion.values()));
            }
            List<Plugin> plugins = new ArrayList<>();
            for (PluginAnswer p : list.has("type") ? List.of(list) : list.objects("plugins")) {
                plugins.add(plugin(what, p));
            }
            if (plugins.isEmpty() || plugins.size() > MOST_PLUGINS) {
                throw wrong(what, "it has " + plugins.size() + " plugins");
            }
            return new CniNetwork(name, versions, list.flag("disableCheck"), list.flag("disableGC"), plugins);
        } catch (dev.gantry.base.Internal wrongType) {
            throw wrong(what, wrongType.why());
        }
    }

    private static Plugin plugin(String what, PluginAnswer p) {
        String type = p.text("type");
        if (!NAME.matcher(type).matches()) {
            throw wrong(what, "the plugin type \"" + PluginAnswer.shown(type) + "\" is not the name of a program");
        }
        Set<String> capabilities = new TreeSet<>();
        PluginAnswer declared = p.object("capabilities");
        for (String capability : declared.all().keySet()) {
            if (declared.flag(capability)) {
                capabilities.add(capability);
            }
        }
        Map<String, @Nullable Object> configuration = p.all();
        configuration.keySet().removeAll(Set.of("capabilities", "runtimeConfig", "prevResult", "cniVersions"));
        return new Plugin(type, capabilities, configuration);
    }

    private static InvalidArgument wrong(String what, String why) {
        return new InvalidArgument(what, why, "correct the file, as CNI specification 1.1 has it");
    }
}
