package dev.gantry.engine.plugin.cdi;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.engine.plugin.PluginAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// The devices that files in some directories tell of. Directories are read anew for each [#read], since
/// vendors write
/// there while we run; of two that define one device the later directory wins, and two in one directory
/// are nobody's.
///
/// ```java
/// CdiEdits edits =
/// CdiDevices.read(CdiDevices.STANDARD).resolve(List.of(CdiName.parse("vendor.com/gpu=0")));
/// ```
public final class CdiDevices {
    public static final List<Path> STANDARD = List.of(Path.of("/etc/cdi"), Path.of("/var/run/cdi"));

    private static final int LARGEST_FILE = 4 * 1024 * 1024;
    private static final int MOST_ALIASES = 50;

    private record Found(CdiSpec spec, Path file, int priority, boolean twice) {}

    private final Map<String, Found> devices = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    private CdiDevices() {}

    /// A file that is wrong is left out and told of, so that one vendor's mistake is not another's.
    public static CdiDevices read(List<Path> directories) {
        var all = new CdiDevices();
        for (int priority = 0; priority < directories.size(); priority++) {
            for (Path file : files(directories.get(priority))) {
                try {
                    all.add(CdiSpec.read("read " + file, document(file)), file, priority);
                } catch (InvalidArgument e) {
                    all.problems.add(e.what() + ": " + e.why());
                }
            }
        }
        return all;
    }

    /// The full names of all that can be had.
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        devices.forEach((name, found) -> {
            if (!found.twice()) {
                names.add(name);
            }
        });
        return names;
    }

    /// What is wrong with files that were left out.
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /// What a container with these devices needs: of each file what all its devices need, once, and what
    /// each device
    /// needs. All devices are there, or none: [NotFound] names those that are not.
    public CdiEdits resolve(Collection<CdiName> wanted) {
        Set<String> missing = new LinkedHashSet<>();
        for (CdiName name : wanted) {
            Found found = devices.get(name.toString());
            if (found == null) {
                missing.add(name.toString());
            } else if (found.twice()) {
                throw new InvalidArgument(
                        "use CDI device " + name, "two files of one directory define it", "remove one of them");
            }
        }
        if (!missing.isEmpty()) {
            throw new NotFound(
                    "use CDI devices",
                    words(missing) + (problems.isEmpty() ? "" : " (" + String.join("; ", problems) + ")"),
                    "see which there are: " + PluginAnswer.shown(names().toString()));
        }
        CdiEdits edits = CdiEdits.NONE;
        Set<Path> used = new HashSet<>();
        for (CdiName name : new LinkedHashSet<>(wanted)) {
            Found found = java.util.Objects.requireNonNull(devices.get(name.toString()));
            String what = "use CDI device " + name;
            if (used.add(found.file())) {
                edits = edits.and(CdiSpec.edits(what, found.spec().common()));
            }
            PluginAnswer own =
                    java.util.Objects.requireNonNull(found.spec().devices().get(name.device()));
            edits = edits.and(CdiSpec.edits(what, own));
        }
        return edits;
    }

    private void add(CdiSpec spec, Path file, int priority) {
        for (String device : spec.devices().keySet()) {
            devices.merge(
                    spec.kind() + "=" + device,
                    new Found(spec, file, priority, false),
                    (old, fresh) -> old.priority() == fresh.priority() ? new Found(spec, file, priority, true) : fresh);
        }
    }

    private static Set<Path> files(Path directory) {
        Set<Path> files = new TreeSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*.{json,yaml}")) {
            all.forEach(files::add);
        } catch (IOException absent) {
            return Set.of();
        }
        return files;
    }

    private static PluginAnswer document(Path file) {
        String what = "read " + file;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
            if (bytes.length > LARGEST_FILE) {
                throw new InvalidArgument(what, "it is larger than " + LARGEST_FILE + " bytes", "correct the file");
            }
            return new PluginAnswer(what, file.toString().endsWith(".json") ? JsonTree.object(bytes) : yaml(bytes));
        } catch (IOException e) {
            throw new InvalidArgument(what, String.valueOf(e.getMessage()), "correct the file", e);
        }
    }

    @SuppressWarnings("unchecked") // keys are checked to be texts
    private static Map<String, @Nullable Object> yaml(byte[] bytes) throws IOException {
        LoadSettings settings = LoadSettings.builder()
                .setMaxAliasesForCollections(MOST_ALIASES)
                .setAllowRecursiveKeys(false)
                .setAllowDuplicateKeys(false)
                .setCodePointLimit(LARGEST_FILE)
                .build();
        try {
            Object value = new Load(settings).loadFromString(new String(bytes, StandardCharsets.UTF_8));
            if (value instanceof Map<?, ?> map && map.keySet().stream().allMatch(String.class::isInstance)) {
                return (Map<String, @Nullable Object>) map;
            }
            throw new IOException("it is not a map");
        } catch (YamlEngineException e) {
            throw new IOException("it is not YAML: " + PluginAnswer.shown(String.valueOf(e.getMessage())), e);
        }
    }

    /// Graphic cards are asked for in words of another kind, and so missed.
    private static String words(Set<String> missing) {
        String all = "unresolvable CDI devices " + String.join(", ", missing);
        return missing.stream().anyMatch(name -> name.startsWith("nvidia.com/gpu="))
                ? "could not select device driver \"\" with capabilities: [[gpu]]: " + all
                : all;
    }
}
