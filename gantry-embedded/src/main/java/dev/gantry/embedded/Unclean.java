package dev.gantry.embedded;

import dev.gantry.base.Internal;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that is there while a program uses a root: who finds it knows that the one before was killed. The root's
/// lock is held.
final class Unclean {
    private Unclean() {}

    /// Whether there was one already.
    static boolean begin(Path home) {
        try {
            Files.createFile(file(home));
            return false;
        } catch (FileAlreadyExistsException e) {
            return true;
        } catch (IOException e) {
            throw failed(home, e);
        }
    }

    static boolean is(Path home) {
        return Files.exists(file(home));
    }

    static void end(Path home) {
        try {
            Files.deleteIfExists(file(home));
        } catch (IOException e) {
            throw failed(home, e);
        }
    }

    private static Path file(Path home) {
        return home.resolve("in-use");
    }

    private static Internal failed(Path home, IOException e) {
        return new Internal(
                "note that " + home + " is in use",
                String.valueOf(e.getMessage()),
                "choose a root that can be written",
                e);
    }
}
