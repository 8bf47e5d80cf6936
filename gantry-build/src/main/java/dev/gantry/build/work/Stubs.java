package dev.gantry.build.work;

import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Names that were made only to mount something there. They are no work of the program, and are taken away again.
final class Stubs {
    private static final int DIRECTORY = OpenFlags.READ | OpenFlags.DIRECTORY;
    private static final int INSIDE = Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;

    private Stubs() {}

    /// What is missing below the root for these places, the deepest names first.
    static List<String> missing(SourceTree root, List<String> places) {
        var finding = new Finding(root);
        List<String> missing = new ArrayList<>();
        for (String place : places) {
            String at = "";
            for (String name : Target.relative(place).split("/")) {
                Optional<String> real = finding.real(at, true);
                at = Finding.below(real.orElse(at), name);
                if (real.isEmpty() || finding.real(at, true).isEmpty()) {
                    missing.add(at);
                }
            }
        }
        return missing.stream().distinct().toList().reversed();
    }

    /// Those that are still empty.
    static void remove(Linux linux, Fd written, List<String> missing) {
        for (String path : missing) {
            int slash = path.lastIndexOf('/');
            String parent = slash < 0 ? "." : path.substring(0, slash);
            try (Fd directory = linux.files().open(written, parent, DIRECTORY, 0, INSIDE)) {
                String name = path.substring(slash + 1);
                Optional<Stat> stat = linux.attributes().find(directory, name);
                if (stat.filter(s -> s.type() == FileType.DIRECTORY).isPresent()) {
                    linux.directories().removeEmpty(directory, name);
                } else if (stat.filter(s -> s.type() == FileType.REGULAR && s.size() == 0)
                        .isPresent()) {
                    linux.directories().unlink(directory, name);
                }
            } catch (LinuxError e) {
                if (!e.is(Errno.ENOENT, Errno.ENOTEMPTY, Errno.ENOTDIR, Errno.ELOOP, Errno.EEXIST)) {
                    throw e.during("take away the place of a mount");
                }
            }
        }
    }
}
