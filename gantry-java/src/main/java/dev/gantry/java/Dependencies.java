package dev.gantry.java;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Jars that a project needs to run, in the order of its class path.
///
/// @param layers by the name of the layer
/// @param classPath as it is in the image
record Dependencies(Map<String, List<AppFile>> layers, List<String> classPath) {
    static final String RELEASES = "dependencies";
    static final String SNAPSHOTS = "snapshot-dependencies";
    static final String WHERE = "app/lib/";

    /// A snapshot of a repository is named so, or by its time and number.
    private static final Pattern SNAPSHOT = Pattern.compile(".*-(SNAPSHOT|\\d{8}\\.\\d{6}-\\d+)([-.].*)?\\.jar");

    /// As Maven and Gradle leave it, and not as it is in a repository that happens to be inside of the project.
    private static final Pattern BUILT = Pattern.compile(".*/(target|build/libs)/[^/]+\\.jar");

    /// Of files beside the project. Other modules of it change as it does, so they are with the snapshots.
    ///
    /// @param own the directory with all of the project's modules
    static Dependencies of(List<String> jars, String own) {
        var made = new Making();
        for (String jar : jars) {
            boolean module = jar.startsWith(own.endsWith("/") ? own : own + "/")
                    && BUILT.matcher(jar).matches();
            String name = jar.substring(jar.lastIndexOf('/') + 1);
            made.add(
                    module || SNAPSHOT.matcher(name).matches() ? SNAPSHOTS : RELEASES,
                    name,
                    module ? new Source.Repacked(jar, "") : new Source.File(jar));
        }
        return made.done();
    }

    /// Of those inside a fat jar of Spring Boot, with the layers that it asks for.
    static Dependencies of(OwnJar boot) {
        List<String> inside = new ArrayList<>(listed(boot.index().getOrDefault("BOOT-INF/classpath.idx", "")));
        boot.entries().stream()
                .filter(e -> e.startsWith(OwnJar.LIBRARIES) && !inside.contains(e))
                .forEach(inside::add);
        inside.removeIf(e -> !boot.entries().contains(e) || e.contains("/spring-boot-jarmode-"));
        Map<String, String> asked = layersAsked(boot.index().getOrDefault("BOOT-INF/layers.idx", ""));
        var made = new Making();
        asked.values().forEach(made::layer);
        for (String entry : inside) {
            String name = entry.substring(OwnJar.LIBRARIES.length()).replace('/', '-');
            String usual = SNAPSHOT.matcher(name).matches() ? SNAPSHOTS : RELEASES;
            String layer = asked.entrySet().stream()
                    .filter(e -> entry.equals(e.getKey()) || (e.getKey().endsWith("/") && entry.startsWith(e.getKey())))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(usual);
            made.add(layer, name, new Source.Entry(boot.path(), entry));
        }
        return made.done();
    }

    /// Lines `- "path"`.
    private static List<String> listed(String index) {
        return index.lines()
                .map(String::strip)
                .filter(l -> l.startsWith("- \"") && l.endsWith("\""))
                .map(l -> l.substring(3, l.length() - 1))
                .toList();
    }

    /// The layer of each path, in the order of the layers: lines `- "layer":`, each with its paths below.
    private static Map<String, String> layersAsked(String index) {
        Map<String, String> layers = new LinkedHashMap<>();
        String layer = RELEASES;
        for (String line : index.lines().map(String::strip).toList()) {
            if (line.startsWith("- \"") && line.endsWith("\":")) {
                layer = line.substring(3, line.length() - 2);
            } else if (line.startsWith("- \"") && line.endsWith("\"")) {
                layers.put(line.substring(3, line.length() - 1), layer);
            }
        }
        return layers;
    }

    private static final class Making {
        private final Map<String, List<AppFile>> layers = new LinkedHashMap<>();
        private final List<String> classPath = new ArrayList<>();
        private final Set<String> taken = new HashSet<>();

        Making() {
            layer(RELEASES);
        }

        List<AppFile> layer(String name) {
            return layers.computeIfAbsent(name, _ -> new ArrayList<>());
        }

        /// Two jars of one name, from two groups, both stay.
        void add(String layer, String name, Source source) {
            String free = name;
            for (int n = 2; !taken.add(free); n++) {
                free = name.substring(0, name.length() - ".jar".length()) + "." + n + ".jar";
            }
            layer(layer).add(AppFile.of(WHERE + free, source));
            classPath.add("/" + WHERE + free);
        }

        Dependencies done() {
            layers.values().removeIf(List::isEmpty);
            return new Dependencies(layers, classPath);
        }
    }
}
