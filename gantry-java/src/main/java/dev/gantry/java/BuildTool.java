package dev.gantry.java;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What builds a project, and where it leaves the result.
public enum BuildTool {
    MAVEN("mvn", "mvnw", "target"),
    GRADLE("gradle", "gradlew", "build/libs");

    /// Where the tool is told to write the class path, from the module's directory.
    public static final String CLASS_PATH = ".gantry-class-path";

    private static final String DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0";

    private final String program;
    private final String wrapper;
    private final String output;

    BuildTool(String program, String wrapper, String output) {
        this.program = program;
        this.wrapper = wrapper;
        this.output = output;
    }

    /// The tool of the project in a directory.
    public static Optional<BuildTool> of(ProjectFiles files, String directory) {
        if (files.isFile(directory + "/pom.xml")) {
            return Optional.of(MAVEN);
        }
        boolean gradle = List.of("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts").stream()
                .anyMatch(name -> files.isFile(directory + "/" + name));
        return gradle ? Optional.of(GRADLE) : Optional.empty();
    }

    /// Where it writes, from a module's directory.
    public String directory() {
        return output.split("/")[0];
    }

    /// The tool's own name.
    public String program() {
        return program;
    }

    /// The command line that builds the project in its directory; the wrapper that it brings comes first.
    public List<String> command(ProjectFiles files, String directory, String script, JavaSettings settings) {
        List<String> words = new ArrayList<>();
        words.add(files.isFile(directory + "/" + wrapper) ? directory + "/" + wrapper : program);
        words.addAll(
                switch (this) {
                    case MAVEN -> maven(settings);
                    case GRADLE -> gradle(script, settings);
                });
        words.addAll(settings.all("build-arg"));
        return words;
    }

    /// Tests are not run: an image is made of what was tested before, or `build-arg` says otherwise.
    private static List<String> maven(JavaSettings settings) {
        List<String> words = new ArrayList<>(List.of("-B", "-q", "-DskipTests"));
        settings.one("module").ifPresent(m -> words.addAll(List.of("-pl", m, "-am")));
        words.addAll(List.of(
                "package",
                DEPENDENCY_PLUGIN + ":build-classpath",
                "-DincludeScope=runtime",
                "-Dmdep.outputFile=target/" + CLASS_PATH,
                "-Dmdep.pathSeparator=:"));
        return words;
    }

    private static List<String> gradle(String script, JavaSettings settings) {
        String at = settings.one("module").map(m -> ":" + m.replace('/', ':')).orElse("") + ":";
        return List.of("-q", "--init-script", script, at + "assemble", at + "gantryClassPath");
    }

    /// A script for Gradle with a task that writes the class path of a module.
    public static final String GRADLE_SCRIPT = """
            allprojects { project ->
                project.afterEvaluate {
                    if (project.plugins.hasPlugin('java')) {
                        project.tasks.create('gantryClassPath') {
                            dependsOn project.configurations.runtimeClasspath
                            doLast {
                                def file = new File(project.buildDir, 'libs/%s')
                                file.parentFile.mkdirs()
                                file.text = project.configurations.runtimeClasspath.files.join(':')
                            }
                        }
                    }
                }
            }
            """.formatted(CLASS_PATH);

    /// The jar that was built and the others of its class path.
    public record Built(String jar, List<String> dependencies) {}

    /// Looks for what the build has left in a module's directory.
    public Built built(ProjectFiles files, String directory, JavaSettings settings) {
        String place = directory + "/" + output;
        String list = place + "/" + CLASS_PATH;
        List<String> dependencies =
                files.isFile(list) ? List.of(FileText.of(files, list).strip().split(":")) : List.of();
        return new Built(
                jar(files, directory, place, settings),
                dependencies.stream().filter(d -> !d.isEmpty()).toList());
    }

    private static String jar(ProjectFiles files, String directory, String place, JavaSettings settings) {
        Optional<String> said = settings.one("jar").map(j -> j.startsWith("/") ? j : directory + "/" + j);
        if (said.isPresent()) {
            if (!files.isFile(said.get())) {
                throw new NotFound("build " + directory, "there is no " + said.get(), "name another jar");
            }
            return said.get();
        }
        List<String> names = files.names(place).stream().sorted().toList();
        List<String> jars = names.stream()
                .filter(n -> n.endsWith(".jar") && !n.matches("original-.*|.*-(sources|javadoc|tests|plain)\\.jar"))
                .toList();
        if (jars.size() == 1) {
            return place + "/" + jars.getFirst();
        }
        if (jars.size() > 1) {
            throw new InvalidArgument(
                    "build " + directory,
                    "there are several jars in " + place + ": " + String.join(", ", jars),
                    "name one with --java jar=PATH, or clean the project");
        }
        if (names.stream().anyMatch(n -> n.endsWith(".war"))) {
            throw new Unsupported(
                    "build " + directory,
                    "it makes a WAR, which needs a server around it",
                    "write a Dockerfile that copies it into one");
        }
        List<String> modules = files.names(directory).stream()
                .filter(n -> of(files, directory + "/" + n).isPresent())
                .sorted()
                .toList();
        throw new NotFound(
                "build " + directory,
                "there is no jar in " + place,
                modules.isEmpty()
                        ? "let the project make one"
                        : "name a module with --java module=NAME, such as " + String.join(", ", modules));
    }
}
