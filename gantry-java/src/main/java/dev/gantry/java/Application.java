package dev.gantry.java;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A project that was built, as the layers of its image and what to start: what changes rarely first.
///
/// @param classPath as it is in the image
/// @param release the Java release that the project's classes need
/// @param boot whether Spring Boot starts it
public record Application(
        List<AppLayer> layers, List<String> classPath, String main, int release, boolean boot, JavaSettings settings) {
    private static final String RESOURCES = "app/resources/";
    private static final String CLASSES = "app/classes/";
    private static final String JAR = "app/app.jar";
    private static final int OLDEST = 17;

    /// @param jar the project's own
    /// @param dependencies others of its class path, in its order
    /// @param own the directory with all of the project's modules
    public static Application of(
            ProjectFiles files, String jar, List<String> dependencies, String own, JavaSettings settings) {
        OwnJar read = OwnJar.read(files, jar);
        String main = read.main(settings);
        Dependencies needed = read.isBoot()
                ? Dependencies.of(read)
                : Dependencies.of(settings.isOff("dependencies") ? List.of() : dependencies, own);
        List<AppLayer> layers = new ArrayList<>();
        needed.layers().forEach((name, jars) -> layers.add(new AppLayer(name, jars)));
        List<String> classPath = new ArrayList<>();
        if (read.isForSeveralReleases() || isTrained(settings)) {
            Source packed = new Source.Repacked(jar, read.isBoot() ? OwnJar.BOOT_CLASSES : "");
            layers.add(new AppLayer("application", List.of(AppFile.of(JAR, packed))));
            classPath.add("/" + JAR);
        } else {
            unpacked(read, layers, classPath);
        }
        classPath.addAll(needed.classPath());
        int release = Math.max(read.release(), OLDEST);
        return new Application(List.copyOf(layers), List.copyOf(classPath), main, release, read.isBoot(), settings);
    }

    /// Archives of classes have none of directories: such an application stays a jar.
    private static boolean isTrained(JavaSettings settings) {
        return settings.one("aot").filter(a -> !a.equals("no")).isPresent();
    }

    private static void unpacked(OwnJar jar, List<AppLayer> layers, List<String> classPath) {
        Map<String, AppFile> resources = new TreeMap<>();
        Map<String, AppFile> classes = new TreeMap<>();
        for (String entry : jar.entries()) {
            place(entry, jar.isBoot()).ifPresent(place -> {
                boolean isClass = place.endsWith(".class");
                String path = (isClass ? CLASSES : RESOURCES) + place;
                (isClass ? classes : resources).put(path, AppFile.of(path, new Source.Entry(jar.path(), entry)));
            });
        }
        if (!resources.isEmpty()) {
            layers.add(new AppLayer("resources", List.copyOf(resources.values())));
            classPath.add("/app/resources");
        }
        if (!classes.isEmpty()) {
            layers.add(new AppLayer("classes", List.copyOf(classes.values())));
            classPath.add("/app/classes");
        }
    }

    /// Where a member of the jar is below its class path. A manifest tells of the machine that packed it, and says
    /// nothing outside of a jar.
    private static Optional<String> place(String entry, boolean boot) {
        if (entry.equals("META-INF/MANIFEST.MF")) {
            return Optional.empty();
        }
        if (!boot || (entry.startsWith("META-INF/") && !entry.startsWith("META-INF/maven/"))) {
            return Optional.of(entry);
        }
        return entry.startsWith(OwnJar.BOOT_CLASSES)
                ? Optional.of(entry.substring(OwnJar.BOOT_CLASSES.length()))
                : Optional.empty();
    }
}
