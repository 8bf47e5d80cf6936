package dev.gantry.build.fetch;

import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/// What git keeps beside the files of a commit, made so that it says nothing of when and how they were fetched: it is
/// the same each time.
final class GitDirectories {
    /// Other references than the commit are whatever the server had then.
    private static final List<String> CHANCE = List.of(
            "FETCH_HEAD", "ORIG_HEAD", "logs", "hooks", "packed-refs", "refs/remotes", "refs/heads", "refs/tags");

    private GitDirectories() {}

    /// Of a checkout, and of those within it.
    static void tidy(Linux linux, Git git, Path checkout, String what) throws IOException, InterruptedException {
        for (Path directory : of(checkout.resolve(".git"))) {
            for (String chance : CHANCE) {
                linux.trees().delete(directory.resolve(chance).toString());
            }
            Files.createDirectories(directory.resolve("refs/heads")); // without it git knows no repository
            String here = "--git-dir=" + directory;
            // It has the numbers and times of files.
            linux.trees().delete(directory.resolve("index").toString());
            git.run(what, directory, here, "read-tree", "HEAD");
            // One pack of what the commit needs, however it came.
            git.run(what, directory, "-c", "pack.threads=1", here, "repack", "-a", "-d", "-f", "-n", "-q");
            git.run(what, directory, here, "prune", "--expire=now");
        }
    }

    private static List<Path> of(Path top) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(top, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (directory.endsWith("objects")) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                if (Files.isRegularFile(directory.resolve("HEAD"), LinkOption.NOFOLLOW_LINKS)
                        && Files.isDirectory(directory.resolve("objects"), LinkOption.NOFOLLOW_LINKS)) {
                    found.add(directory);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
