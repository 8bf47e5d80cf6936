package dev.gantry.volume;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.MountCalls;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.util.random.RandomGenerator;

/// Mounts what a volume's options name over its data directory, and takes it away again.
final class Backings {
    private final Linux linux;
    private final ImageFiles images;
    private final Projects projects;

    Backings(Linux linux, RandomGenerator random) {
        this.linux = linux;
        this.projects = new Projects(linux, random);
        this.images = new ImageFiles(linux);
    }

    /// What a volume of these options needs in its directory, before it has a name.
    void prepare(LocalOptions options, Fd directory) {
        if (options instanceof LocalOptions.Image image) {
            images.make(image, directory);
        } else if (options instanceof LocalOptions.Limited limited) {
            try (Fd data = data(directory)) {
                projects.limit(data, limited.bytes());
            }
        }
    }

    /// What is to be done once the files of such a volume, which is in `root`, are deleted.
    Runnable release(LocalOptions options, Fd directory, Fd root) {
        if (!(options instanceof LocalOptions.Limited)) {
            return () -> {};
        }
        try (Fd data = data(directory)) {
            return projects.release(data, root);
        }
    }

    private Fd data(Fd directory) {
        return linux.files()
                .open(directory, VolumeDirectories.DATA, OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.PLAIN);
    }

    /// `directory` is that of the volume; mounting what is mounted changes nothing.
    void mount(LocalOptions options, Fd directory) {
        if (options.isInStore() || isMounted(directory)) {
            return;
        }
        switch (options) {
            case LocalOptions.Plain _, LocalOptions.Limited _ -> {}
            case LocalOptions.Mounted m -> mount(m, directory);
            case LocalOptions.Image i -> images.mount(i, directory);
        }
    }

    private void mount(LocalOptions.Mounted m, Fd directory) {
        var flags = LocalOptions.Flags.of(m.options());
        String type = m.type().equals("none") ? "" : m.type();
        long bind = flags.flags() & MountCalls.BIND;
        String data = LocalOptions.resolved(m.type(), flags.data());
        try {
            linux.mounts().mount(m.device(), directory, VolumeDirectories.DATA, type, flags.flags(), data);
        } catch (LinuxError e) {
            if (e.is(Errno.ENODEV) && !type.isEmpty()) {
                throw new Unsupported(
                        "mount " + m.device(),
                        "this kernel has no file system " + type,
                        "load its module, or make the volume again with another type",
                        e);
            }
            throw e;
        }
        try {
            long more = flags.flags() & ~(MountCalls.BIND | MountCalls.RECURSIVE);
            if (bind != 0 && more != 0) {
                // A bind takes other flags only afterwards. mount(2) "Creating a bind mount"
                linux.mounts().change(directory, VolumeDirectories.DATA, MountCalls.REMOUNT | bind | more);
            }
            if (flags.propagation() != 0) {
                linux.mounts().change(directory, VolumeDirectories.DATA, flags.propagation());
            }
        } catch (LinuxError e) {
            linux.mounts().detach(directory, VolumeDirectories.DATA);
            throw e;
        }
    }

    boolean isMounted(Fd directory) {
        return VolumeDirectories.isMounted(linux, directory);
    }

    void unmount(Fd directory) {
        try {
            linux.mounts().detach(directory, VolumeDirectories.DATA);
        } catch (LinuxError e) {
            if (!e.is(Errno.EINVAL, Errno.ENOENT)) {
                throw e;
            }
        }
    }
}
