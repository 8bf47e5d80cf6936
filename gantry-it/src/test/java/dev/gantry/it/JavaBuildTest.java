package dev.gantry.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `gantry build` of real Maven projects, with nothing but what Gantry's own build has in the local repository.
@Tag("kernel")
@Timeout(300)
class JavaBuildTest {
    private static final List<String> LIBRARIES =
            List.of("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1");
    private static final Path LIBRARY = Path.of("/lib/x86_64-linux-gnu");

    @TempDir
    static Path dir;

    @TempDir
    Path project;

    private static DaemonProcess daemon;
    private static GantryCommand gantry;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        assumeTrue("root".equals(System.getProperty("user.name")), "the daemon needs root");
        assumeTrue(Files.exists(LIBRARY.resolve("libc.so.6")), "no glibc to put below a JVM");
        daemon = DaemonProcess.startApart(dir);
        gantry = new GantryCommand(daemon);
        Path rootfs = Rootfs.busybox(dir.resolve("rootfs"));
        Path below = Files.createDirectories(rootfs.resolve("lib/x86_64-linux-gnu"));
        for (String library : LIBRARIES) {
            Files.copy(LIBRARY.resolve(library).toRealPath(), below.resolve(library));
        }
        Files.createDirectories(rootfs.resolve("lib64"));
        Files.copy(Path.of("/lib64/ld-linux-x86-64.so.2").toRealPath(), rootfs.resolve("lib64/ld-linux-x86-64.so.2"));
        gantry.run("import", Rootfs.tarball(rootfs, dir.resolve("rootfs.tar")).toString(), "glibc:it");
    }

    @AfterAll
    static void stop() {
        if (daemon != null) {
            daemon.close();
        }
    }

    private static final String POM = """
            <project>
              <modelVersion>4.0.0</modelVersion>
              <groupId>it</groupId>
              <artifactId>hello</artifactId>
              <version>1</version>
              <properties>
                <maven.compiler.release>25</maven.compiler.release>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
              </properties>
              <dependencies>
                <dependency>
                  <groupId>org.slf4j</groupId>
                  <artifactId>slf4j-api</artifactId>
                  <version>2.0.17</version>
                </dependency>
              </dependencies>
              <build>
                <plugins>
                  <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
                  <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.14.1</version></plugin>
                  <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.5.4</version></plugin>
                  <plugin><artifactId>maven-jar-plugin</artifactId><version>3.4.2</version></plugin>
                </plugins>
              </build>
            </project>
            """;

    private static Path hello(Path at, String word) throws IOException {
        Path sources = Files.createDirectories(at.resolve("src/main/java/it"));
        Path resources = Files.createDirectories(at.resolve("src/main/resources"));
        Files.writeString(at.resolve("pom.xml"), POM);
        Files.writeString(resources.resolve("whom.txt"), "world");
        Files.writeString(sources.resolve("Main.java"), """
                package it;

                public class Main {
                    public static void main(String[] args) throws Exception {
                        try (var in = Main.class.getResourceAsStream("/whom.txt")) {
                            String whom = new String(in.readAllBytes());
                            System.out.println("%s " + whom + " of " + org.slf4j.Logger.class.getSimpleName()
                                    + String.join("", args));
                        }
                    }
                }
                """.formatted(word));
        return at;
    }

    /// With a runtime of this test's own JDK on what is there of glibc.
    private static String build(Path at, String name, String... more) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("build", "-t", name));
        for (String setting : List.of("base=glibc:it", "jlink=java.base", "build-arg=-o")) {
            words.addAll(List.of("--java", setting));
        }
        words.addAll(Arrays.asList(more));
        words.add(at.toString());
        return gantry.run(words.toArray(String[]::new));
    }

    private static String id(String name) throws IOException, InterruptedException {
        return gantry.run("images", "-q", "--no-trunc", name).strip();
    }

    private static List<String> layers(String name) throws IOException, InterruptedException {
        return gantry.run("inspect", "-f", "{{join .RootFS.Layers \"\\n\"}}", name)
                .strip()
                .lines()
                .toList();
    }

    @Test
    void aMavenProjectRunsAndIsTheSameFromAnyDirectoryAtAnyTime() throws IOException, InterruptedException {
        build(hello(project.resolve("one"), "hello"), "hello");
        assertThat(gantry.run("run", "--rm", "--network", "none", "hello", " and all"))
                .contains("hello world of Logger and all");
        build(hello(project.resolve("two"), "hello"), "again");
        assertThat(id("again")).isNotBlank().isEqualTo(id("hello"));

        build(hello(project.resolve("two"), "good bye"), "changed");
        List<String> before = layers("hello");
        List<String> after = layers("changed");
        // The base, the runtime, the dependency, the resources, the classes, the directory.
        assertThat(after).hasSize(before.size()).startsWith(before.subList(0, 4).toArray(String[]::new));
        assertThat(after.get(4)).isNotEqualTo(before.get(4));
    }

    @Test
    void aGoalOfMavenMakesTheImageWithoutADaemon() throws IOException, InterruptedException {
        Path repository = MavenRepository.at(project.resolve("repository"));
        gantry.run("save", "-o", project.resolve("base.tar").toString(), "glibc:it");
        List<String> images = new ArrayList<>();
        for (String name : List.of("first", "second")) {
            Path at = hello(project.resolve(name), "inside");
            Files.writeString(at.resolve("gantry.properties"), "base=archive:../base.tar\njlink=java.base\nport=80\n");
            Ended ended = Ended.run(List.of(
                    "mvn",
                    "-B",
                    "-o",
                    "-q",
                    "-f",
                    at.toString(),
                    "-DskipTests",
                    "-Dmaven.repo.local=" + repository,
                    "-Dgantry.image=inside:1",
                    "package",
                    "dev.gantry:gantry-maven-plugin:0.1.0-SNAPSHOT:build"));
            assertThat(ended.code()).as(ended.text()).isZero();
            gantry.run("load", "-i", at.resolve("target/image.tar").toString());
            images.add(id("inside:1") + "\n" + String.join("\n", layers("inside:1")));
        }
        MavenRepository.remove(repository);
        assertThat(images.getFirst()).isEqualTo(images.getLast());
        assertThat(gantry.run("run", "--rm", "--network", "none", "inside:1")).contains("inside world of Logger");
    }
}
