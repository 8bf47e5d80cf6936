package dev.gantry.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The second generation of Testcontainers, where this class path has the first.
final class TestcontainersTwo {
    private TestcontainersTwo() {}

    static String classPath() {
        Path jars = Path.of("target/testcontainers-two").toAbsolutePath();
        assumeTrue(Files.isDirectory(jars), "Testcontainers 2 was not fetched: build with Maven");
        String others = Stream.of(System.getProperty("java.class.path").split(":"))
                .filter(e -> !e.contains("/org/testcontainers/") && !e.contains("/docker-java/"))
                .collect(Collectors.joining(":"));
        return jars + "/*:" + others;
    }
}
