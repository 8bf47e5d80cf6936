package dev.gantry.runtime.plan;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// The place of a test's cgroup in one v1 controller, or in v2 where there is no such hierarchy. It is not made here.
public final class TestGroup {
    private final Path parent;

    public TestGroup(String controller) {
        Path v1 = Path.of("/sys/fs/cgroup").resolve(controller);
        Path v2 = Path.of("/sys/fs/cgroup/cgroup.controllers");
        assumeTrue(Files.isDirectory(v1) || Files.exists(v2), "there is no cgroup hierarchy for " + controller);
        parent = (Files.isDirectory(v1) ? v1 : v2.getParent())
                .resolve("gantry-test-" + UUID.randomUUID().toString().substring(0, 8));
    }

    public boolean isV1() {
        return Files.exists(parent.resolveSibling("tasks"));
    }

    public Path parent() {
        return parent;
    }

    public Path path() {
        return parent.resolve("box");
    }

    String read(String file) {
        try {
            return Files.readString(path().resolve(file)).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void remove() {
        Waiting.until("the group can be removed", () -> path().toFile().delete() || Files.notExists(path()));
        parent.toFile().delete();
    }
}
