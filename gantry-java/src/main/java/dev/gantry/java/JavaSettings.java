package dev.gantry.java;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a user says about the image of a Java project: `name=value` pairs, of a file or of a command line. Names that
/// may be said once are in [#ONCE], the others in [#MANY].
public final class JavaSettings {
    /// The file in the project's directory.
    public static final String FILE = "gantry.properties";

    private static final Map<String, String> ONCE = Map.ofEntries(
            Map.entry("base", "the image below"),
            Map.entry("main", "the class to start"),
            Map.entry("user", "who runs it, such as 1000:1000"),
            Map.entry("workdir", "the directory it starts in"),
            Map.entry("jar", "the jar among several, from the project's directory"),
            Map.entry("module", "the module among several, by its directory"),
            Map.entry("build", "no: take what was built before"),
            Map.entry("build-in", "an image with a JDK and Maven or Gradle to build in"),
            Map.entry("dependencies", "no: the jar has them inside"),
            Map.entry("aot", "yes, cache or cds: bake in what a training run has learnt"),
            Map.entry("train-seconds", "when to end a training run that does not end itself"),
            Map.entry("jlink", "yes, or modules: a runtime of the JDK here instead of one in the base"));

    private static final Map<String, String> MANY = Map.of(
            "jvm", "a flag of the JVM",
            "arg", "an argument of the program",
            "env", "NAME=value in its environment",
            "label", "NAME=value of the image",
            "port", "a port it listens on, such as 8080/tcp",
            "volume", "a directory that is a volume",
            "run", "a command to run on the base, before anything is copied",
            "build-arg", "a further word for Maven or Gradle",
            "train-arg", "an argument of the training run instead of those of arg",
            "train-jvm", "a flag of the JVM in the training run");

    private final Map<String, List<String>> values;

    private JavaSettings(Map<String, List<String>> values) {
        this.values = values;
    }

    /// Those of a file, then those of a command line, which count more where a name may be said once.
    public static JavaSettings of(String file, List<String> given) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        int number = 0;
        for (String line : file.lines().toList()) {
            number++;
            String text = line.strip();
            if (!text.isEmpty() && !text.startsWith("#")) {
                put(values, text, FILE + " at line " + number);
            }
        }
        given.forEach(text -> put(values, text, "--java " + text));
        return new JavaSettings(values);
    }

    private static void put(Map<String, List<String>> values, String text, String where) {
        int equals = text.indexOf('=');
        String name = (equals < 0 ? text : text.substring(0, equals)).strip();
        String value = equals < 0 ? "" : text.substring(equals + 1).strip();
        if (!ONCE.containsKey(name) && !MANY.containsKey(name)) {
            throw wrong(where, "there is no setting '" + name + "'", "use one of " + String.join(", ", names()));
        }
        if (value.isEmpty()) {
            throw wrong(where, "it has no value", "write " + name + "=value");
        }
        if (value.chars().anyMatch(c -> c < ' ')) {
            throw wrong(where, "its value has a control character", "write it in one line");
        }
        List<String> list = values.computeIfAbsent(name, _ -> new ArrayList<>());
        if (ONCE.containsKey(name)) {
            list.clear();
        }
        list.add(value);
    }

    /// All names, sorted.
    public static List<String> names() {
        List<String> names = new ArrayList<>(ONCE.keySet());
        names.addAll(MANY.keySet());
        names.sort(null);
        return names;
    }

    public Optional<String> one(String name) {
        List<String> given = values.getOrDefault(name, List.of());
        return given.isEmpty() ? Optional.empty() : Optional.of(given.getLast());
    }

    public List<String> all(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    /// Whether `name=no` was said.
    public boolean isOff(String name) {
        return one(name).filter("no"::equals).isPresent();
    }

    static InvalidArgument wrong(String where, String why, String remedy) {
        return new InvalidArgument("read " + where, why, remedy);
    }
}
