package dev.gantry.daemon.client;

import dev.gantry.base.NotFound;
import dev.gantry.base.Piping;
import dev.gantry.images.layer.TreeTar;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.InputStream;

/// A directory as a tar, packed while it is read.
final class DirectoryArchive {
    private DirectoryArchive() {}

    /// `name` is what the caller wrote, for messages.
    static InputStream of(String name, String path) {
        Linux linux = Linux.host();
        Fd root;
        try {
            root = linux.files().openDirectory(path);
        } catch (LinuxError e) {
            throw new NotFound("pack " + name, String.valueOf(e.getMessage()), "name a directory", e);
        }
        return Piping.of(out -> {
            try (root) {
                TreeTar.pack(linux, root, out);
            }
        });
    }
}
