package dev.gantry.java;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DockerfilesTest {
    private static final String JAR = "/p/target/app-1.jar";

    private final MemoryFiles files = new MemoryFiles();

    DockerfilesTest() {
        files.file(
                JAR, MemoryFiles.jar().type("a.Main", 65, true).text("r", "x").pack());
        files.file("/repo/one-1.jar", "one");
    }

    private Recipe recipe(String... given) {
        return recipe(List.of("/repo/one-1.jar"), given);
    }

    private Recipe recipe(List<String> dependencies, String... given) {
        return Recipe.of(
                Application.of(files, JAR, dependencies, "/p", JavaSettings.of("", List.of(given))), Optional.empty());
    }

    @Test
    void withoutSettingsThereIsARuntimeForTheRelease() {
        assertThat(Dockerfiles.text(recipe())).isEqualTo("""
                FROM eclipse-temurin:21-jre
                COPY layers/1-dependencies /
                COPY layers/2-resources /
                COPY layers/3-classes /
                WORKDIR /app
                ENTRYPOINT ["java", "-cp", "/app/resources:/app/classes:/app/lib/one-1.jar", "a.Main"]
                CMD []
                """);
    }

    @Test
    void eachSettingHasItsInstruction() {
        Recipe recipe = recipe(
                "base=base:1",
                "jvm=-Xmx64m",
                "jvm=-Dquoted=\"a b\"",
                "arg=serve",
                "env=GREETING=$HOME is \"here\"",
                "label=a.b=c",
                "port=8080/tcp",
                "volume=/data",
                "run=apt-get update",
                "user=1000:1000",
                "workdir=/work");
        assertThat(Dockerfiles.text(recipe)).isEqualTo("""
                FROM base:1
                RUN apt-get update
                COPY layers/1-dependencies /
                COPY layers/2-resources /
                COPY layers/3-classes /
                WORKDIR /work
                ENV GREETING="\\$HOME is \\"here\\""
                LABEL "a.b"="c"
                EXPOSE 8080/tcp
                VOLUME ["/data"]
                USER 1000:1000
                ENTRYPOINT ["java", "-Xmx64m", "-Dquoted=\\"a b\\"", "-cp", "/app/resources:/app/classes:/app/lib/one-1.jar", "a.Main"]
                CMD ["serve"]
                """);
    }

    @Test
    void nothingOfASettingBecomesAnInstruction() {
        for (String bad : List.of("base=a\\b", "base=a AS b", "user=a b", "port=80 90", "env=A B=c", "nothing=1")) {
            assertThatThrownBy(() -> recipe(bad)).as(bad).isInstanceOf(InvalidArgument.class);
        }
        assertThatThrownBy(() -> recipe("arg=a\nRUN rm -rf /")).hasMessageContaining("control character");
    }

    @Test
    void aLongClassPathIsAFile() {
        List<String> many = IntStream.range(0, 300)
                .mapToObj(i -> "/repo/a-library-with-a-name-%d.jar".formatted(i))
                .toList();
        Recipe recipe = recipe(many);
        assertThat(recipe.entrypoint()).containsExactly("java", "@/app/class-path.args", "a.Main");
        assertThat(recipe.layers().getLast().files())
                .singleElement()
                .extracting(AppFile::source)
                .asString()
                .contains("-cp\n\"/app/resources:/app/classes:/app/lib/a-library-with-a-name-0.jar:");
    }

    @Test
    void aTrainingRunIsAStepBeforeTheUser() {
        assertThat(Dockerfiles.text(recipe("aot=cache", "user=1", "arg=serve", "train-arg=it's one", "jvm=-Dp=100%")))
                .contains("RUN java -XX:AOTCacheOutput=/app/app.aot -Dp=100% -cp /app/app.jar:/app/lib/one-1.jar a.Main"
                        + " 'it'\\''s one' && test -s /app/app.aot\nUSER 1\n")
                .contains("ENTRYPOINT [\"java\", \"-XX:AOTCache=/app/app.aot\", \"-Dp=100%\", \"-cp\"");
        assertThat(Dockerfiles.text(recipe("aot=yes", "train-seconds=5")))
                .contains("ArchiveClassesAtExit=/app/app.jsa")
                .contains("{ timeout 5 java $make -cp /app/app.jar")
                .contains("ENTRYPOINT [\"java\", \"@/app/aot.args\"");
        assertThatThrownBy(() -> recipe("aot=perhaps")).hasMessageContaining("say yes, cache or cds");
    }

    private byte[] context(Recipe recipe) throws IOException {
        var out = new ByteArrayOutputStream();
        Dockerfiles.context(recipe, files, out);
        return out.toByteArray();
    }

    @Test
    void theSameProjectIsTheSameWhenAndWhereverItWasPacked() throws IOException {
        MemoryFiles.Jar module =
                MemoryFiles.jar().manifest().type("m.Module", 61, false).text("z", "z");
        files.file("/p/core/target/core.jar", module.pack());
        byte[] first = context(recipe(List.of("/repo/one-1.jar", "/p/core/target/core.jar")));

        files.file(
                "/p/core/target/core.jar",
                module.at(LocalDateTime.of(2030, 2, 3, 4, 5)).pack());
        files.file(
                JAR,
                MemoryFiles.jar()
                        .at(LocalDateTime.of(2031, 1, 1, 1, 1))
                        .manifest("Built-By: another")
                        .type("a.Main", 65, true)
                        .text("r", "x")
                        .pack());
        assertThat(context(recipe(List.of("/repo/one-1.jar", "/p/core/target/core.jar"))))
                .isEqualTo(first);
    }

    @Test
    void longNamesAndThoseOfOtherAlphabetsArrive() throws IOException {
        String name = "p/" + "Long".repeat(40) + "/ä.txt";
        files.file(
                JAR, MemoryFiles.jar().type("a.Main", 61, true).text(name, "x").pack());
        assertThat(new String(context(recipe()), StandardCharsets.UTF_8))
                .contains(" path=layers/2-resources/app/resources/" + name + "\n");
    }
}
