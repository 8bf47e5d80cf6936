package dev.gantry.engine;

import dev.gantry.base.Conflict;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// One engine per data root: a lock that the kernel lets go of with the process, and the holder's pid in it. flock(2)
final class RootLock implements AutoCloseable {
    private static final int PRIVATE = 0600;

    private final Fd file;

    private RootLock(Fd file) {
        this.file = file;
    }

    static RootLock take(Linux linux, Path dataRoot) {
        String path = dataRoot.resolve("lock").toString();
        try {
            Fd file = linux.files().open(Fd.CWD, path, OpenFlags.READ_WRITE | OpenFlags.CREATE, PRIVATE, Resolve.ANY);
            if (!linux.files().tryLock(file)) {
                String holder = new String(linux.files().readAll(file, 64), StandardCharsets.UTF_8).strip();
                file.close();
                throw new Conflict(
                        "open " + dataRoot,
                        "process " + (holder.isEmpty() ? "(unknown)" : holder) + " holds this data root",
                        "talk to that process through its socket, or stop it first");
            }
            linux.files().truncate(file, 0);
            byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8);
            linux.files().writeAt(file, pid, 0, pid.length, 0);
            return new RootLock(file);
        } catch (LinuxError e) {
            throw e.during("lock data root " + dataRoot);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
