package dev.gantry.engine;

import dev.gantry.base.Internal;
import dev.gantry.base.Unsupported;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The version of a data root, `major.minor` in the file `format`. A newer major is not touched.
final class DataFormat {
    private static final int MAJOR = 1;
    private static final String CURRENT = MAJOR + ".0\n";

    private DataFormat() {}

    static void check(Path dataRoot) {
        Path file = dataRoot.resolve("format");
        try {
            String found = Files.readString(file).strip();
            if (!found.matches("[0-9]{1,6}\\.[0-9]{1,6}")
                    || Integer.parseInt(found.substring(0, found.indexOf('.'))) > MAJOR) {
                throw new Unsupported(
                        "open " + dataRoot,
                        "its format is " + found + " and this version knows up to " + MAJOR,
                        "use the version that wrote it");
            }
        } catch (NoSuchFileException e) {
            write(file);
        } catch (IOException e) {
            throw new Internal("read " + file, String.valueOf(e), "look at the file system", e);
        }
    }

    private static void write(Path file) {
        try {
            Files.writeString(file, CURRENT);
        } catch (IOException e) {
            throw new Internal("write " + file, String.valueOf(e), "look at the file system", e);
        }
    }
}
