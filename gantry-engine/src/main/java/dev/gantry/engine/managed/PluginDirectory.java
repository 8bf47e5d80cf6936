package dev.gantry.engine.managed;

import dev.gantry.base.Internal;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.MountCalls;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directories of plugins, one for each id: `plugin.json`, root file systems, `propagated-mount`, `log`. A plugin
/// is there when its `plugin.json` is; what has none is garbage.
final class PluginDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(PluginDirectory.class);
    private static final JsonType<StoredPlugin> STORED = Jsonb.builder().build().type(StoredPlugin.class);
    private static final String STATE = "plugin.json";
    private static final String PROPAGATED = "propagated-mount";
    private static final int MODE = 0700;
    private static final int MOST_MOUNTS = 1000;

    private final Linux linux;
    private final Path root;

    PluginDirectory(Linux linux, Path root) {
        this.linux = linux;
        this.root = root;
    }

    List<StoredPlugin> load() {
        List<StoredPlugin> all = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root)) {
            for (Path directory : found) {
                String name = directory.getFileName().toString();
                if (name.matches("[0-9a-f]{64}")) {
                    try {
                        all.add(STORED.fromJson(Files.readString(directory.resolve(STATE))));
                    } catch (NoSuchFileException unfinished) {
                        delete(name);
                    } catch (IOException | RuntimeException e) {
                        LOG.error("plugin id={} is left out, its {} cannot be read", name, STATE, e);
                    }
                }
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw failed("list plugins", e);
        }
        all.forEach(this::deleteOtherRoots);
        return all;
    }

    /// Of all plugins that are stored, also those that cannot be read.
    Set<String> ids() {
        Set<String> ids = new HashSet<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root)) {
            for (Path directory : found) {
                if (Files.exists(directory.resolve(STATE))) {
                    ids.add(directory.getFileName().toString());
                }
            }
        } catch (NoSuchFileException none) {
            return Set.of();
        } catch (IOException e) {
            throw failed("list plugins", e);
        }
        return ids;
    }

    private void deleteOtherRoots(StoredPlugin plugin) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root.resolve(plugin.id()), "rootfs*")) {
            for (Path directory : found) {
                if (!directory.getFileName().toString().equals(plugin.rootfs())) {
                    deleteRoot(plugin.id(), directory.getFileName().toString());
                }
            }
        } catch (IOException e) {
            LOG.warn("garbage of plugin id={} left: {}", plugin.id(), e.toString());
        }
    }

    /// A new directory for a plugin that does not count yet.
    Path make(String id, String name) {
        try {
            return Files.createDirectories(root.resolve(id).resolve(name));
        } catch (IOException e) {
            throw failed("make the directory of plugin " + id, e);
        }
    }

    Path rootfs(StoredPlugin plugin) {
        return root.resolve(plugin.id()).resolve(plugin.rootfs());
    }

    Path propagated(String id) {
        return root.resolve(id).resolve(PROPAGATED);
    }

    Path log(String id) {
        return root.resolve(id).resolve("log");
    }

    /// Durable on return: written beside, synced, renamed.
    void store(StoredPlugin plugin) {
        Path directory = root.resolve(plugin.id());
        Path beside = directory.resolve(STATE + ".new");
        try {
            Files.writeString(beside, STORED.toJson(plugin));
            sync(beside);
            Files.move(beside, directory.resolve(STATE), StandardCopyOption.ATOMIC_MOVE);
            sync(directory);
            sync(root);
        } catch (IOException e) {
            throw failed("store plugin " + plugin.name(), e);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// From now on its directory is garbage.
    void forget(String id) {
        try {
            Files.deleteIfExists(root.resolve(id).resolve(STATE));
        } catch (IOException e) {
            throw failed("remove the directory of plugin " + id, e);
        }
    }

    void deleteRoot(String id, String rootfs) {
        try (Fd directory = linux.files().openDirectory(root.resolve(id).toString())) {
            linux.trees().delete(directory, rootfs);
        } catch (LinuxError e) {
            LOG.warn("garbage of plugin id={} left: {}", id, e.toString());
        }
    }

    void delete(String id) {
        unshare(id);
        try (Fd all = linux.files().openDirectory(root.toString())) {
            linux.trees().delete(all, id);
        } catch (LinuxError e) {
            LOG.warn("garbage of plugin id={} left: {}", id, e.toString());
        }
    }

    /// Makes `propagated-mount` a place whose mounts the plugin and the host both see.
    Path share(String id) {
        unshare(id);
        Path place = propagated(id);
        try (Fd directory = linux.files().openDirectory(root.resolve(id).toString())) {
            if (linux.attributes().find(directory, PROPAGATED).isEmpty()) {
                linux.directories().make(directory, PROPAGATED, MODE);
            }
            linux.mounts().mount(place.toString(), directory, PROPAGATED, "", MountCalls.BIND, "");
            linux.mounts().change(directory, PROPAGATED, MountCalls.SHARED);
            return place;
        } catch (LinuxError e) {
            throw e.during("share " + place + " with a plugin");
        }
    }

    /// Takes everything mounted there away; nothing there is not an error.
    void unshare(String id) {
        try (Fd directory = linux.files().open(Fd.CWD, root.resolve(id).toString(), LIST, 0, Resolve.ANY)) {
            for (int i = 0; i < MOST_MOUNTS; i++) {
                linux.mounts().detach(directory, PROPAGATED);
            }
        } catch (LinuxError e) {
            if (!e.is(Errno.EINVAL, Errno.ENOENT)) {
                LOG.warn("mount of plugin id={} left: {}", id, e.toString());
            }
        }
    }

    private static final int LIST = OpenFlags.READ | OpenFlags.DIRECTORY;

    private static Internal failed(String what, IOException e) {
        return new Internal(what, String.valueOf(e), "look at the file system of the data root", e);
    }
}
