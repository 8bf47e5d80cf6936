package dev.gantry.it;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A local repository of Maven with all that the user's has, by links, and the modules of Gantry as they are built now.
final class MavenRepository {
    private static final String VERSION = "0.1.0-SNAPSHOT";
    private static final List<String> MODULES =
            List.of("gantry-base", "gantry-linux", "gantry-images", "gantry-java", "gantry-maven");

    private MavenRepository() {}

    static Path at(Path directory) throws IOException {
        Path users =
                Path.of(System.getProperty("localRepository", System.getProperty("user.home") + "/.m2/repository"));
        links(users, directory);
        Path dev = directory.resolve("dev");
        Files.deleteIfExists(dev);
        links(users.resolve("dev"), dev);
        Path ours = dev.resolve("gantry");
        Files.deleteIfExists(ours);
        pom(Path.of(".."), ours, "gantry");
        for (String module : MODULES) {
            Path from = Path.of("..", module);
            String artifact = module.equals("gantry-maven") ? "gantry-maven-plugin" : module;
            Path to = pom(from, ours, artifact);
            jar(from.resolve("target/classes"), to.resolve(artifact + "-" + VERSION + ".jar"));
        }
        return directory;
    }

    /// Takes the links away, and nothing that they lead to.
    static void remove(Path directory) throws IOException {
        for (Path place : List.of(directory.resolve("dev"), directory)) {
            try (Stream<Path> all = Files.list(place)) {
                for (Path one : all.filter(Files::isSymbolicLink).toList()) {
                    Files.delete(one);
                }
            }
        }
    }

    private static void links(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        if (Files.isDirectory(from)) {
            try (Stream<Path> all = Files.list(from)) {
                for (Path one : all.toList()) {
                    Files.createSymbolicLink(to.resolve(one.getFileName()), one);
                }
            }
        }
    }

    private static Path pom(Path from, Path ours, String artifact) throws IOException {
        Path to = Files.createDirectories(ours.resolve(artifact).resolve(VERSION));
        Files.copy(from.resolve("pom.xml"), to.resolve(artifact + "-" + VERSION + ".pom"));
        return to;
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                var zip = new ZipOutputStream(out);
                Stream<Path> all = Files.walk(classes)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                Files.copy(file, zip);
            }
        }
    }
}
