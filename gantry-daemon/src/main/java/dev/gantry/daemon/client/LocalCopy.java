package dev.gantry.daemon.client;

import dev.gantry.base.Forbidden;
import dev.gantry.base.IdMap;
import dev.gantry.base.NotFound;
import dev.gantry.base.Piping;
import dev.gantry.base.path.Patterns;
import dev.gantry.images.layer.RootedTar;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// The caller's own side of a copy.
final class LocalCopy {
    private LocalCopy() {}

    /// `asked` is what the caller wrote: with a slash at its end, or `/.`, it is a directory.
    static InputStream pack(String asked, String path, String as) {
        Linux linux = Linux.host();
        boolean directory = asked.equals(".") || asked.endsWith("/") || asked.endsWith("/.") || path.equals("/");
        Path parent = Path.of(path).getParent();
        String name =
                directory || parent == null ? "." : String.valueOf(Path.of(path).getFileName());
        Fd in = open(linux, asked, name.equals(".") ? path : String.valueOf(parent));
        return Piping.of(out -> {
            try (in) {
                RootedTar.pack(linux, in, name, as, IdMap.SAME, _ -> true, out);
            }
        });
    }

    /// Something ignored is left out, unless it is a directory below which something is not.
    static InputStream packWithout(String asked, String path, Patterns ignored) {
        Linux linux = Linux.host();
        Fd root = open(linux, asked, path);
        return Piping.of(out -> {
            try (root) {
                RootedTar.packChosen(linux, root, p -> !ignored.matches(p) || ignored.mayDifferBelow(p), out);
            }
        });
    }

    private static Fd open(Linux linux, String asked, String directory) {
        try {
            return linux.files().openDirectory(directory);
        } catch (LinuxError e) {
            throw e.is(Errno.EACCES)
                    ? new Forbidden("copy " + asked, "permission denied", "run as another user", e)
                    : new NotFound("copy " + asked, String.valueOf(e.getMessage()), "check the path", e);
        }
    }

    /// The directory is all that the archive can reach.
    static void unpack(InputStream tar, String directory, String from, String to) throws IOException {
        Linux linux = Linux.host();
        var caller = new RootedTar.Rules.Owner(id("unix:uid"), id("unix:gid"));
        var rules = new RootedTar.Rules(true, caller, IdMap.SAME, new RootedTar.Renaming(from, to));
        try (Fd into = open(linux, directory, directory)) {
            RootedTar.unpack(linux, tar, into, into, "", rules);
        }
    }

    private static int id(String attribute) throws IOException {
        return ((Number) Files.getAttribute(Path.of("/proc/self"), attribute)).intValue();
    }
}
