package dev.gantry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.charset.StandardCharsets;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class JavaBuildTest extends CommandTest {
    private static final String DONE =
            "{\"aux\":{\"ID\":\"sha256:1234\"}}\n{\"stream\":\"Successfully built 1234\\n\"}\n";

    private void file(String name, String text) {
        caller.files.put("/home/me/" + name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] jar() {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
            zip.write("Manifest-Version: 1.0\nMain-Class: a.Main\n\n".getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("a/Main.class"));
            zip.write(ClassFile.of().build(ClassDesc.of("a.Main"), c -> c.withVersion(69, 0)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// A Maven that leaves a jar.
    private void maven() {
        file("app/pom.xml", "<project/>");
        caller.programs.put("mvn", _ -> {
            caller.files.put("/home/me/app/target/app.jar", jar());
            file("app/target/.gantry-class-path", "/repo/one-1.jar");
            caller.file("/repo/one-1.jar", "of one");
            return 0;
        });
    }

    @Test
    void aProjectIsBuiltByItsToolAndSentInLayers() {
        engine.answer("POST /build", 200, DONE);
        maven();
        file("app/gantry.properties", "# what it stands on\nbase = small:1\nport=80\n");
        assertThat(gantry("build", "-t", "app", "--java", "port=8080", "app"))
                .as(err())
                .isZero();
        assertThat(caller.log).anyMatch(l -> l.startsWith("in /home/me/app: mvn -B -q -DskipTests package "));
        assertThat(engine.bodyOf("POST /build"))
                .contains("FROM small:1\n")
                .contains("EXPOSE 80\nEXPOSE 8080\n")
                .contains("layers/1-dependencies/app/lib/one-1.jar")
                .contains("of one")
                .contains("layers/2-classes/app/classes/a/Main.class");
    }

    @Test
    void aProjectOfGradleIsBuiltByItsWrapperWithATaskForTheClassPath() {
        engine.answer("POST /build", 200, DONE);
        file("app/build.gradle", "apply plugin: 'java'");
        file("app/gradlew", "#!/bin/sh");
        caller.programs.put("/home/me/app/gradlew", command -> {
            String script = command.get(command.indexOf("--init-script") + 1);
            assertThat(new String(caller.files.get(script), StandardCharsets.UTF_8))
                    .contains("gantryClassPath");
            caller.files.put("/home/me/app/build/libs/app.jar", jar());
            file("app/build/libs/.gantry-class-path", "/repo/one-1.jar");
            caller.file("/repo/one-1.jar", "of one");
            return 0;
        });
        assertThat(gantry("build", "app")).as(err()).isZero();
        assertThat(engine.bodyOf("POST /build")).contains("layers/1-dependencies/app/lib/one-1.jar");
    }

    @Test
    void whatItBecomesIsPrintedAndNothingMade() {
        maven();
        assertThat(gantry("build", "--print-dockerfile", "app")).as(err()).isZero();
        assertThat(out()).startsWith("# dependencies: 1 file\n# classes: 1 file\nFROM eclipse-temurin:25-jre\n");
        assertThat(engine.asked).isEmpty();
    }

    @Test
    void aDockerfileComesFirst() {
        engine.answer("POST /build", 200, DONE);
        maven();
        file("app/Dockerfile", "FROM x");
        assertThat(gantry("build", "app")).as(err()).isZero();
        assertThat(caller.log).isEmpty();
        assertThat(gantry("build", "--print-dockerfile", "app")).isNotZero();
        assertThat(err()).contains("--print-dockerfile is for a project without a Dockerfile");
    }

    @Test
    void whatCannotBeBuiltIsToldWhy() {
        file("empty/x", "");
        assertThat(gantry("build", "empty")).isNotZero();
        assertThat(err()).contains("there is no /home/me/empty/Dockerfile").contains("pom.xml");
        file("app/pom.xml", "<project/>");
        assertThat(gantry("build", "app")).isNotZero();
        assertThat(err()).contains("there is no mvn on this host").contains("build-in=IMAGE");
        caller.programs.put("mvn", _ -> 7);
        assertThat(gantry("build", "app")).isNotZero();
        assertThat(err()).contains("mvn ended with code 7");
        assertThat(gantry("build", "--java", "colour=red", "app")).isNotZero();
        assertThat(err()).contains("there is no setting 'colour'");
        assertThat(gantry("build", "--java", "build=no", "-f", "x", "app")).isNotZero();
        assertThat(err()).contains("--file names one");
    }
}
