package dev.gantry.engine.managed;

import dev.gantry.base.Forbidden;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.layer.Compression;
import dev.gantry.images.layer.TreeTar;
import dev.gantry.images.plugin.PluginImage;
import dev.gantry.images.plugin.PluginImages;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where plugins come from: registries, and tars of their users.
final class PluginSources {
    private static final int LARGEST_CONFIG = 1 << 20;

    private final Linux linux;
    private final Path content;
    private final RegistryClient registries;
    private final PluginDirectory directories;
    private @Nullable PluginImages opened; // guarded by this

    /// @param content the store of plugins; made when somebody first wants one
    PluginSources(Linux linux, Path content, RegistryClient registries, PluginDirectory directories) {
        this.linux = linux;
        this.content = content;
        this.registries = registries;
        this.directories = directories;
    }

    synchronized PluginImages images() {
        PluginImages there = opened;
        if (there == null) {
            there = new PluginImages(linux, new DiskContentStore(content), registries);
            opened = there;
        }
        return there;
    }

    PluginConfig config(StoredPlugin stored) {
        return PluginConfig.parse(
                images().stored(stored.manifest(), stored.name()).config(), stored.name());
    }

    /// Brings it from its registry, if exactly what it needs was granted.
    PluginImage fetch(Reference remote, List<Privilege> granted, Credentials credentials, ProgressListener progress) {
        progress.on(new ProgressEvent.Resolving(remote));
        PluginImage image = images().look(remote, credentials);
        progress.on(new ProgressEvent.Resolved(remote, image.digest()));
        List<Privilege> needed = Privilege.of(PluginConfig.parse(image.config(), remote.familiar()));
        if (!Privilege.same(needed, granted)) {
            throw new Forbidden(
                    "install plugin " + remote.familiar(),
                    "incorrect privileges: it needs " + words(needed) + " and was given " + words(granted),
                    "look at its privileges again and give exactly those");
        }
        images().fetch(image, remote, credentials, progress);
        return image;
    }

    private static String words(List<Privilege> all) {
        return all.isEmpty()
                ? "none"
                : all.stream().map(p -> p.name() + " " + p.values()).collect(Collectors.joining(", "));
    }

    /// Unpacks it into the directory that `stored` names; what fails leaves nothing there.
    void unpack(PluginImage image, StoredPlugin stored) {
        try {
            images().unpack(image, directories.make(stored.id(), stored.rootfs()), stored.name());
        } catch (RuntimeException e) {
            directories.deleteRoot(stored.id(), stored.rootfs());
            throw e;
        }
    }

    /// What was made of a tar.
    record Made(StoredPlugin stored, PluginConfig config) {}

    /// Makes the plugin `id` of a tar of `config.json` and `rootfs/`; it counts once it is stored. What fails leaves
    /// its directory to be deleted.
    Made make(String id, String full, InputStream tar) {
        String what = "create plugin " + full;
        Path context = directories.make(id, "context");
        try (InputStream plain = Compression.decompress(tar, "the context of the plugin");
                Fd into = linux.files().openDirectory(context.toString())) {
            TreeTar.unpack(linux, plain, into, "the context of the plugin");
        } catch (IOException e) {
            throw new InvalidArgument(what, String.valueOf(e.getMessage()), "send the tar again", e);
        }
        Path rootfs = context.resolve("rootfs");
        if (!Files.isDirectory(rootfs, LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidArgument(what, "there is no directory rootfs in it", "put config.json and rootfs/ in it");
        }
        PluginConfig config = PluginConfig.parse(configBytes(what, context), full);
        PluginImage image =
                images().make(rootfs, diffId -> JsonTree.bytes(config.of(diffId).tree()), full);
        try {
            Files.move(rootfs, context.resolveSibling("rootfs"));
        } catch (IOException e) {
            throw new Internal(what, String.valueOf(e), "look at the file system of the data root", e);
        }
        directories.deleteRoot(id, "context");
        var stored = new StoredPlugin(id, full, "", image.digest().toString(), false, "rootfs", List.of());
        return new Made(stored, PluginConfig.parse(image.config(), full));
    }

    private static byte[] configBytes(String what, Path context) {
        Path file = context.resolve("config.json");
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new InvalidArgument(what, "there is no file config.json in it", "put config.json and rootfs/ in it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_CONFIG + 1);
            if (bytes.length > LARGEST_CONFIG) {
                throw new InvalidArgument(what, "config.json is larger than 1 MiB", "make it smaller");
            }
            return bytes;
        } catch (IOException e) {
            throw new Internal(what, String.valueOf(e), "look at the file system of the data root", e);
        }
    }
}
