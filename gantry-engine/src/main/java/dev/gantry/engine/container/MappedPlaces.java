package dev.gantry.engine.container;

import dev.gantry.base.Forbidden;
import dev.gantry.base.Internal;
import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/// Places of the host with other owners: mounts of their own, which are nowhere yet and go with their descriptor.
/// The kernel takes a map of owners from a user namespace; one is made for each map, by a process that is there for
/// nothing else and for no longer. mount_setattr(2) "ID-mapped mounts"
public final class MappedPlaces implements AutoCloseable {
    private static final Duration MAKING_TAKES = Duration.ofSeconds(30);
    private static final int KEPT = 32;

    private final Linux linux;
    private final Path shim;
    private final ReentrantLock lock = new ReentrantLock();

    /// Guarded by the lock; the eldest goes when there are too many.
    private final Map<OwnerMap, Fd> namespaces = new LinkedHashMap<>();

    public MappedPlaces(Linux linux, Path shim) {
        this.linux = linux;
        this.shim = shim;
    }

    /// What is at `place`, with the mounts below it if wanted. `name` is for errors.
    Fd of(String name, Fd place, boolean recursive, OwnerMap map) {
        String what = "map the owners of " + name;
        try {
            Fd tree = linux.mounts().copy(place, recursive);
            try {
                map(tree, recursive, map);
                return tree;
            } catch (RuntimeException e) {
                tree.close();
                throw e;
            }
        } catch (LinuxError e) {
            if (e.is(Errno.EINVAL)) {
                throw new Unsupported(
                        what,
                        "its file system cannot do that, or one that is mounted below it cannot",
                        "leave idmap out and change the owners, or use another file system",
                        e);
            }
            if (e.is(Errno.EPERM)) {
                throw new Forbidden(
                        what,
                        "the kernel allows it only to who may mount that file system, and once",
                        "run the engine as root, or leave idmap out",
                        e);
            }
            throw e.during(what);
        }
    }

    private void map(Fd tree, boolean recursive, OwnerMap map) {
        lock.lock();
        try {
            Fd namespace = namespaces.remove(map);
            if (namespace == null) {
                namespace = make(map);
            }
            namespaces.put(map, namespace);
            if (namespaces.size() > KEPT) {
                var eldest = namespaces.entrySet().iterator();
                eldest.next().getValue().close();
                eldest.remove();
            }
            linux.mounts().mapOwners(tree, namespace, recursive);
        } finally {
            lock.unlock();
        }
    }

    private Fd make(OwnerMap map) {
        try {
            Process holder = new ProcessBuilder(shim.toString(), "idmap").start();
            try {
                if (holder.getInputStream().read() < 0) {
                    throw new IOException(new String(holder.getErrorStream().readNBytes(512)).strip());
                }
                Path process = Path.of("/proc", Long.toString(holder.pid()));
                Files.writeString(process.resolve("uid_map"), OwnerMap.lines(map.uids()));
                Files.writeString(process.resolve("gid_map"), OwnerMap.lines(map.gids()));
                return linux.files()
                        .open(Fd.CWD, process.resolve("ns/user").toString(), OpenFlags.READ, 0, Resolve.ANY);
            } finally {
                holder.getOutputStream().close();
                if (!holder.waitFor(MAKING_TAKES)) {
                    holder.destroyForcibly();
                }
            }
        } catch (IOException e) {
            throw failed(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("the work was cancelled", e);
        }
    }

    private static Internal failed(String why, Exception e) {
        return new Internal(
                "make a map of owners",
                why,
                "see whether user namespaces are allowed: /proc/sys/user/max_user_namespaces",
                e);
    }

    @Override
    public void close() {
        lock.lock();
        try {
            namespaces.values().forEach(Fd::close);
            namespaces.clear();
        } finally {
            lock.unlock();
        }
    }
}
