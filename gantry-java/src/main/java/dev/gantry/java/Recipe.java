package dev.gantry.java;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// How the image of an application is made: what it stands on, what is copied, what is run, how it starts.
///
/// @param base the image below
/// @param commands run on it before anything is copied, by its shell
/// @param training what bakes in knowledge of a run at the end
/// @param entrypoint what starts it
/// @param environment also those of the runtime
public record Recipe(
        String base,
        List<String> commands,
        List<AppLayer> layers,
        Optional<Training> training,
        List<String> entrypoint,
        List<String> arguments,
        Map<String, String> environment,
        Map<String, String> labels,
        List<String> ports,
        List<String> volumes,
        String directory,
        String user) {
    /// Command lines have an end, execve(2): a longer class path is a file.
    private static final int LONGEST_CLASS_PATH = 4000;

    private static final String CLASS_PATH_FILE = "app/class-path.args";
    private static final Pattern IMAGE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@+-]*");
    private static final Pattern PORT = Pattern.compile("\\d{1,5}(-\\d{1,5})?(/(tcp|udp|sctp))?");
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)?");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");

    /// @param runtime a runtime that comes with it instead of one in the base
    public static Recipe of(Application app, Optional<JavaRuntime> runtime) {
        JavaSettings settings = app.settings();
        String java = runtime.isPresent() ? JavaRuntime.JAVA : "java";
        List<AppLayer> layers = new ArrayList<>();
        runtime.ifPresent(r -> layers.add(r.layer()));
        layers.addAll(app.layers());
        List<String> flags = new ArrayList<>(settings.all("jvm"));
        String path = String.join(":", app.classPath());
        if (path.length() <= LONGEST_CLASS_PATH) {
            flags.addAll(List.of("-cp", path));
        } else {
            Source text = new Source.Text("-cp\n\"" + path + "\"\n");
            layers.add(new AppLayer("class path", List.of(AppFile.of(CLASS_PATH_FILE, text))));
            flags.add("@/" + CLASS_PATH_FILE);
        }
        Optional<Training> training = Training.of(app, java, flags);
        List<String> entrypoint = new ArrayList<>(List.of(java));
        training.ifPresent(t -> entrypoint.add(t.flag()));
        entrypoint.addAll(flags);
        entrypoint.add(app.main());
        Map<String, String> environment = new LinkedHashMap<>();
        runtime.ifPresent(_ -> environment.put("JAVA_HOME", "/" + JavaRuntime.WHERE));
        environment.putAll(pairs("env", settings));
        return new Recipe(
                checked("base", settings.one("base").orElseGet(() -> usual(app, runtime.isPresent())), IMAGE),
                settings.all("run"),
                List.copyOf(layers),
                training,
                List.copyOf(entrypoint),
                settings.all("arg"),
                environment,
                pairs("label", settings),
                settings.all("port").stream().map(p -> checked("port", p, PORT)).toList(),
                settings.all("volume"),
                settings.one("workdir").orElse("/app"),
                settings.one("user").map(u -> checked("user", u, USER)).orElse(""));
    }

    /// The first release with long support that runs it, as a runtime; or an image to put one on.
    private static String usual(Application app, boolean hasRuntime) {
        if (hasRuntime) {
            return "debian:stable-slim";
        }
        int release = List.of(17, 21, 25).stream()
                .filter(r -> r >= app.release())
                .findFirst()
                .orElse(app.release());
        return "eclipse-temurin:" + release + "-jre";
    }

    private static Map<String, String> pairs(String name, JavaSettings settings) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : settings.all(name)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw JavaSettings.wrong(name + "=" + pair, "it is no NAME=value", "write " + name + "=NAME=value");
            }
            String key = pair.substring(0, equals);
            if (name.equals("env")) {
                checked(name, key, NAME);
            }
            pairs.put(key, pair.substring(equals + 1));
        }
        return pairs;
    }

    private static String checked(String name, String value, Pattern form) {
        if (!form.matcher(value).matches()) {
            throw JavaSettings.wrong(
                    name + "=" + value, "'" + value + "' does not have the form of one", "see docs/java.md");
        }
        return value;
    }
}
