package dev.gantry.engine.container;

import dev.gantry.base.Forbidden;
import dev.gantry.base.NotFound;
import dev.gantry.linux.Linux;
import dev.gantry.linux.SlowCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Keeps what is the engine's own from containers over a directory of the host. Places are compared by what they are,
/// not by how they are called, because links and bind mounts give one place many names.
final class OwnPlaces {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MOST_SLOW = 16;

    private final Linux linux = Linux.host();
    private final SlowCalls calls = new SlowCalls(MOST_SLOW);

    /// The paths inside a container over `directory` that lead to one of `own`. Forbidden if the directory itself
    /// is one of them, or lies in one. It may be on a file system that does not answer.
    List<String> below(Path directory, List<Path> own) {
        return calls.callAt(linux, "use dir:" + directory, directory, PATIENCE, () -> look(directory, own));
    }

    private static List<String> look(Path directory, List<Path> own) {
        try {
            Path root = directory.toRealPath();
            Object key = key(root);
            List<Object> chain = new ArrayList<>();
            for (Path at = root; at != null; at = at.getParent()) {
                chain.add(key(at));
            }
            List<String> inside = new ArrayList<>();
            for (Path place : own) {
                if (!Files.exists(place)) {
                    addMissing(inside, root, place);
                    continue;
                }
                Path real = place.toRealPath();
                if (chain.contains(key(real))) {
                    throw new Forbidden(
                            "use dir:" + directory,
                            "it is " + real + " or lies in it, and that belongs to Gantry itself",
                            "name another directory");
                }
                for (Path above = real.getParent(); above != null; above = above.getParent()) {
                    if (key(above).equals(key)) {
                        inside.add("/" + above.relativize(real));
                        break;
                    }
                }
            }
            return inside;
        } catch (IOException e) {
            throw new NotFound("use dir:" + directory, "it cannot be read: " + e, "check the path and its rights", e);
        }
    }

    /// A socket may come between this look and the start; until then the name it was given is all that is known.
    private static void addMissing(List<String> inside, Path root, Path place) {
        if (place.startsWith(root)) {
            inside.add("/" + root.relativize(place));
        }
    }

    /// Device and inode.
    private static Object key(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path : key;
    }
}
