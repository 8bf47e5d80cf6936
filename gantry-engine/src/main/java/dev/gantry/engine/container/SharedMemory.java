package dev.gantry.engine.container;

import dev.gantry.base.IdMap;
import dev.gantry.base.Internal;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.nio.file.Path;

/// `/dev/shm` of a container that lets others use its IPC namespace: a mount of the host, for a mount of one container
/// cannot be shown to another. The watch takes it away with the rest of a run.
final class SharedMemory {
    private static final String NAME = "shm";
    private static final int MODE = 0700;

    private final Linux linux;

    SharedMemory(Linux linux) {
        this.linux = linux;
    }

    static Path in(Container.Files files) {
        return files.directory().resolve(NAME);
    }

    /// Makes it anew, whatever a run left that was lost.
    void mount(Container.Files files, long bytes, IdMap ids) {
        try (Fd directory = linux.files().openDirectory(files.directory().toString())) {
            if (linux.attributes().find(directory, NAME).isEmpty()) {
                linux.directories().make(directory, NAME, MODE);
            }
            unmount(directory);
            long flags = dev.gantry.linux.MountCalls.NO_SUID
                    | dev.gantry.linux.MountCalls.NO_DEV
                    | dev.gantry.linux.MountCalls.NO_EXEC;
            linux.mounts().mount("shm", directory, NAME, "tmpfs", flags, "mode=1777,size=" + bytes + owner(ids));
        } catch (LinuxError e) {
            throw new Internal(
                    "mount " + in(files), String.valueOf(e.getMessage()), "look at the mounts of the data root", e);
        }
    }

    private static String owner(IdMap ids) {
        return ids.isSame() ? "" : ",uid=" + ids.uidOutside(0) + ",gid=" + ids.gidOutside(0);
    }

    /// Of a run that its watch did not take down. Whoever shares none has nothing to do.
    void leave(StoredContainer row, Container.Files files) {
        if (row.spec().isolation().ipc().equals("shareable")) {
            unmount(files);
        }
    }

    void unmount(Container.Files files) {
        try (Fd directory = linux.files().openDirectory(files.directory().toString())) {
            unmount(directory);
        } catch (LinuxError e) {
            // The directory is gone, and the mount with it.
        }
    }

    private void unmount(Fd directory) {
        try {
            linux.mounts().detach(directory, NAME);
        } catch (LinuxError e) {
            if (!e.errno().equals(Errno.EINVAL) && !e.errno().equals(Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
