package dev.gantry.java;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ApplicationTest {
    private static final String JAR = "/p/target/app-1.jar";
    private static final String REPOSITORY = "/home/.m2/repository/";

    private final MemoryFiles files = new MemoryFiles();

    private static JavaSettings settings(String... given) {
        return JavaSettings.of("", List.of(given));
    }

    private Application app(List<String> dependencies, String... given) {
        return Application.of(files, JAR, dependencies, "/p", settings(given));
    }

    private static String text(Application app) {
        return app.layers().stream()
                .map(l ->
                        l.name() + ": " + l.files().stream().map(AppFile::path).collect(Collectors.joining(" ")))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void whatChangesRarelyComesFirst() {
        files.file(
                JAR,
                MemoryFiles.jar()
                        .manifest("Built-By: somebody")
                        .type("a.Main", 65, true)
                        .type("a.Other", 65, false)
                        .text("messages.txt", "hello")
                        .pack());
        Application app = app(List.of(
                REPOSITORY + "g/one/1/one-1.jar",
                REPOSITORY + "g/two/2-SNAPSHOT/two-2-SNAPSHOT.jar",
                REPOSITORY + "g/three/3-SNAPSHOT/three-3-20260101.010203-7.jar",
                "/p/core/target/core-1.jar",
                REPOSITORY + "h/one/1/one-1.jar"));
        assertThat(text(app)).isEqualTo("""
                        dependencies: app/lib/one-1.2.jar app/lib/one-1.jar
                        snapshot-dependencies: app/lib/core-1.jar app/lib/three-3-20260101.010203-7.jar app/lib/two-2-SNAPSHOT.jar
                        resources: app/resources/messages.txt
                        classes: app/classes/a/Main.class app/classes/a/Other.class""");
        assertThat(app.classPath())
                .containsExactly(
                        "/app/resources",
                        "/app/classes",
                        "/app/lib/one-1.jar",
                        "/app/lib/two-2-SNAPSHOT.jar",
                        "/app/lib/three-3-20260101.010203-7.jar",
                        "/app/lib/core-1.jar",
                        "/app/lib/one-1.2.jar");
        assertThat(app.main()).isEqualTo("a.Main");
        assertThat(app.release()).isEqualTo(21);
    }

    @Test
    void aRepositoryInsideOfTheProjectHasReleases() {
        files.file(JAR, MemoryFiles.jar().type("a.Main", 61, true).pack());
        assertThat(text(app(List.of("/p/.m2/g/one/1/one-1.jar")))).startsWith("dependencies: app/lib/one-1.jar");
    }

    @Test
    void theClassToStartIsSaidOrNamedByTheManifestOrTheOnlyOne() {
        files.file(
                JAR,
                MemoryFiles.jar()
                        .type("a.Main", 61, true)
                        .type("a.Tool", 61, true)
                        .pack());
        assertThatThrownBy(() -> app(List.of()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("a.Main, a.Tool have a main")
                .hasMessageContaining("--java main=CLASS");
        assertThat(app(List.of(), "main=a.Tool").main()).isEqualTo("a.Tool");
        files.file(
                JAR,
                MemoryFiles.jar()
                        .manifest("Main-Class: a.Tool")
                        .type("a.Main", 61, true)
                        .pack());
        assertThat(app(List.of()).main()).isEqualTo("a.Tool");
        files.file(JAR, MemoryFiles.jar().type("a.Library", 61, false).pack());
        assertThatThrownBy(() -> app(List.of())).hasMessageContaining("no class has a main");
    }

    private void boot(String index) {
        files.file(
                JAR,
                MemoryFiles.jar()
                        .manifest(
                                "Main-Class: org.springframework.boot.loader.launch.JarLauncher", "Start-Class: a.App")
                        .type("org.springframework.boot.loader.launch.JarLauncher", 61, true)
                        .text("META-INF/services/x", "y")
                        .text("META-INF/maven/g/a/pom.xml", "")
                        .type("BOOT-INF/classes/", "a.App", 61, true)
                        .text("BOOT-INF/classes/application.yml", "a: b")
                        .text("BOOT-INF/lib/web-6.jar", "w")
                        .text("BOOT-INF/lib/own-1-SNAPSHOT.jar", "o")
                        .text("BOOT-INF/lib/spring-boot-jarmode-tools.jar", "t")
                        .text(
                                "BOOT-INF/classpath.idx",
                                "- \"BOOT-INF/lib/own-1-SNAPSHOT.jar\"\n- \"BOOT-INF/lib/web-6.jar\"\n")
                        .text("BOOT-INF/layers.idx", index)
                        .pack());
    }

    @Test
    void aFatJarOfSpringBootIsTakenApart() {
        boot("");
        Application app = app(List.of(REPOSITORY + "not/in/it.jar"));
        assertThat(text(app)).isEqualTo("""
                        dependencies: app/lib/web-6.jar
                        snapshot-dependencies: app/lib/own-1-SNAPSHOT.jar
                        resources: app/resources/META-INF/services/x app/resources/application.yml
                        classes: app/classes/a/App.class""");
        assertThat(app.classPath())
                .containsExactly("/app/resources", "/app/classes", "/app/lib/own-1-SNAPSHOT.jar", "/app/lib/web-6.jar");
        assertThat(app.main()).isEqualTo("a.App");
    }

    @Test
    void theLayersThatSpringBootAsksForAreKept() {
        boot("""
                - "company":
                  - "BOOT-INF/lib/own-1-SNAPSHOT.jar"
                - "libraries":
                  - "BOOT-INF/lib/"
                - "application":
                  - "BOOT-INF/classes/"
                """);
        assertThat(app(List.of()).layers())
                .extracting(AppLayer::name)
                .containsExactly("company", "libraries", "resources", "classes");
    }

    @Test
    void aJarForSeveralReleasesAndATrainedOneStayJars() {
        files.file(
                JAR,
                MemoryFiles.jar()
                        .manifest("Multi-Release: true")
                        .type("a.Main", 61, true)
                        .pack());
        assertThat(text(app(List.of()))).isEqualTo("application: app/app.jar");
        boot("");
        assertThat(app(List.of(), "aot=yes").classPath()).startsWith("/app/app.jar", "/app/lib/own-1-SNAPSHOT.jar");
    }

    @Test
    void noMemberOfAJarLeadsOutOfTheImagesDirectory() {
        files.file(
                JAR,
                MemoryFiles.jar()
                        .type("a.Main", 61, true)
                        .text("../../etc/passwd", "root::0:0")
                        .text("/etc/shadow", "")
                        .text("a/../../../x", "")
                        .pack());
        assertThat(text(app(List.of()))).isEqualTo("classes: app/classes/a/Main.class");
    }
}
