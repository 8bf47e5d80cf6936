package dev.gantry.engine;

import dev.gantry.base.Internal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// How watches start an engine when a container ends while none lives. They outlive engines, so that what each was told
/// at its start would be how that engine was started, not the latest: all are told the same for ever, to run a file of
/// the data root, which every engine replaces when it opens.
final class Comeback {
    private static final FileAttribute<?> OURS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private Comeback() {}

    /// From now on this command is the one; empty: nothing is started.
    ///
    /// @return what a watch executes
    static List<String> of(Path dataRoot, List<String> command) {
        Path file = dataRoot.resolve("comeback").toAbsolutePath();
        try {
            // The words of an engine before are never left, whatever becomes of ours.
            Files.deleteIfExists(file);
            if (!command.isEmpty()) {
                write(file, script(command));
            }
        } catch (IOException e) {
            throw new Internal(
                    "write " + file,
                    String.valueOf(e.getMessage()),
                    "look at the disk of the data root for space and errors",
                    e);
        }
        return List.of("/bin/sh", file.toString());
    }

    /// Of a shell: any word is one word, with nothing in it that means more than itself.
    static String script(List<String> command) {
        return command.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", "exec ", "\n"));
    }

    private static void write(Path file, String text) throws IOException {
        Path made = file.resolveSibling("comeback.new");
        Files.deleteIfExists(made); // of a killed engine; only a file that is made anew has this mode
        try (FileChannel out =
                FileChannel.open(made, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), OURS_ALONE)) {
            out.write(StandardCharsets.UTF_8.encode(text));
        }
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
