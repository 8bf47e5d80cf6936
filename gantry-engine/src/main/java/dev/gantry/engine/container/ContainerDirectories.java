package dev.gantry.engine.container;

import dev.gantry.base.ContainerId;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.Trash;
import java.nio.file.Path;

/// The directory of each container, in which its log, its exit record and the files for its `/etc` are.
final class ContainerDirectories implements AutoCloseable {
    private static final int MODE = 0710;
    private static final String TRASH = "trash";

    private final Linux linux;
    private final Path containers;
    private final Fd all;
    private final Trash trash;

    ContainerDirectories(Linux linux, Path containers) {
        this.linux = linux;
        this.containers = containers;
        all = linux.files().openDirectory(containers.toString());
        Path dataRoot = containers.toAbsolutePath().resolveSibling(".");
        try (Fd root = linux.files().openDirectory(dataRoot.toString())) {
            if (linux.attributes().find(root, TRASH).isEmpty()) {
                linux.directories().make(root, TRASH, MODE);
            }
            trash = new Trash(linux, root, TRASH);
        }
    }

    Container.Files files(ContainerId id) {
        return Container.Files.in(containers, id);
    }

    void make(ContainerId id) {
        try {
            linux.directories().make(all, id.hex(), MODE);
        } catch (LinuxError e) {
            throw e.during("make the directory of container " + id.shortHex());
        }
    }

    /// See [MountPoints].
    void complete(RootFs.Copy root, Path mountPoints) {
        MountPoints.complete(linux, mountPoints, root.directory());
    }

    /// It is gone when this returns, and deleted soon after; what is absent is not an error.
    void remove(ContainerId id) {
        try {
            trash.take(all, id.hex());
        } catch (LinuxError e) {
            throw e.during("remove the directory of container " + id.shortHex());
        }
    }

    @Override
    public void close() {
        trash.close();
        all.close();
    }
}
