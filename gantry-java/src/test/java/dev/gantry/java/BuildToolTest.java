package dev.gantry.java;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unsupported;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildToolTest {
    private final MemoryFiles files = new MemoryFiles();

    private static JavaSettings settings(String... given) {
        return JavaSettings.of("", List.of(given));
    }

    @Test
    void theToolIsKnownByItsFile() {
        files.file("/m/pom.xml", "").file("/g/build.gradle.kts", "").file("/n/Makefile", "");
        assertThat(BuildTool.of(files, "/m")).contains(BuildTool.MAVEN);
        assertThat(BuildTool.of(files, "/g")).contains(BuildTool.GRADLE);
        assertThat(BuildTool.of(files, "/n")).isEmpty();
    }

    @Test
    void theProjectsWrapperComesFirst() {
        assertThat(BuildTool.MAVEN.command(files, "/m", "", settings("module=app", "build-arg=-Pfast")))
                .startsWith("mvn", "-B", "-q", "-DskipTests", "-pl", "app", "-am", "package")
                .endsWith("-Pfast");
        files.file("/g/gradlew", "");
        assertThat(BuildTool.GRADLE.command(files, "/g", "/s", settings("module=a/b")))
                .containsExactly("/g/gradlew", "-q", "--init-script", "/s", ":a:b:assemble", ":a:b:gantryClassPath");
    }

    @Test
    void oneJarIsTheResult() {
        files.file("/m/target/a-1.jar", "")
                .file("/m/target/a-1-sources.jar", "")
                .file("/m/target/original-a-1.jar", "")
                .file("/m/target/.gantry-class-path", "/r/x.jar:/r/y.jar\n");
        assertThat(BuildTool.MAVEN.built(files, "/m", settings()))
                .isEqualTo(new BuildTool.Built("/m/target/a-1.jar", List.of("/r/x.jar", "/r/y.jar")));
        files.file("/m/target/a-2.jar", "");
        assertThatThrownBy(() -> BuildTool.MAVEN.built(files, "/m", settings()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("a-1.jar, a-2.jar")
                .hasMessageContaining("--java jar=PATH");
        assertThat(BuildTool.MAVEN
                        .built(files, "/m", settings("jar=target/a-2.jar"))
                        .jar())
                .isEqualTo("/m/target/a-2.jar");
    }

    @Test
    void whatHasNoJarIsToldWhy() {
        files.file("/w/pom.xml", "").file("/w/target/a.war", "");
        assertThatThrownBy(() -> BuildTool.MAVEN.built(files, "/w", settings()))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("a WAR");
        files.file("/p/pom.xml", "").file("/p/core/pom.xml", "").file("/p/app/pom.xml", "");
        assertThatThrownBy(() -> BuildTool.MAVEN.built(files, "/p", settings()))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("--java module=NAME, such as app, core");
    }
}
