package dev.gantry.engine.container;

import dev.gantry.base.Internal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Which files a log is made of now: `F` has the newest generation, `F.1` the one before, and so on. From `F.2` on they
/// may be packed, as `F.2.gz`.
///
/// @param newest the generation of `F`
/// @param older how many older files there are
public record RotatedLog(Path file, long newest, int older) {
    public static RotatedLog at(Path file) {
        int older = 0;
        while (isThere(older(file, older + 1))) {
            older++;
        }
        return new RotatedLog(file, newest(file), older);
    }

    public long oldest() {
        return Math.max(0, newest - older);
    }

    /// The file of a generation from `oldest` to `newest`.
    public Path of(long generation) {
        int age = (int) (newest - generation);
        return age == 0 ? file : older(file, age);
    }

    /// As which a file that was packed is kept.
    public static Path packed(Path file) {
        return file.resolveSibling(file.getFileName() + ".gz");
    }

    private static boolean isThere(Path file) {
        return Files.exists(file) || Files.exists(packed(file));
    }

    /// The oldest generation from which on all are plain.
    public long oldestPlain() {
        long plain = newest;
        while (plain > oldest() && Files.exists(of(plain - 1))) {
            plain--;
        }
        return plain;
    }

    private static Path older(Path file, int age) {
        return file.resolveSibling(file.getFileName() + "." + age);
    }

    private static long newest(Path file) {
        try {
            String text = Files.readString(file.resolveSibling(file.getFileName() + ".gen"))
                    .strip();
            return text.isEmpty() ? 0 : Long.parseLong(text);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException | NumberFormatException e) {
            throw new Internal("read the log " + file, String.valueOf(e), "look at the file " + file + ".gen", e);
        }
    }
}
