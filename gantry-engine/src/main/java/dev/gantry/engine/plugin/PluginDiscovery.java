package dev.gantry.engine.plugin;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Finds plugins by name: the first hit wins. A file counts when it is asked for, never earlier.
public final class PluginDiscovery {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,199}");
    private static final int LARGEST_FILE = 64 * 1024;

    private final PluginDirectories directories;

    public PluginDiscovery(PluginDirectories directories) {
        this.directories = directories;
    }

    /// [NotFound] when no directory knows it, [InvalidArgument] when its file is wrong.
    public PluginAddress find(String name) {
        if (!NAME.matcher(name).matches()) {
            throw notFound(name);
        }
        for (Path directory : directories.sockets()) {
            Path plain = directory.resolve(name + ".sock");
            Path nested = directory.resolve(name).resolve(name + ".sock");
            for (Path socket : new Path[] {plain, nested}) {
                if (isSocket(socket)) {
                    return new PluginAddress.Unix(socket);
                }
            }
        }
        for (Path directory : directories.specs()) {
            for (Path base : new Path[] {directory, directory.resolve(name)}) {
                Path spec = base.resolve(name + ".spec");
                if (Files.isRegularFile(spec)) {
                    return PluginAddress.parse("find plugin " + name, read(name, spec), Optional.empty());
                }
                Path json = base.resolve(name + ".json");
                if (Files.isRegularFile(json)) {
                    return json(name, json);
                }
            }
        }
        throw notFound(name);
    }

    /// All that are told of.
    public Set<String> names() {
        Set<String> names = new TreeSet<>();
        directories.sockets().forEach(d -> addNames(d, names, ".sock"));
        directories.specs().forEach(d -> {
            addNames(d, names, ".spec");
            addNames(d, names, ".json");
        });
        return names;
    }

    private static void addNames(Path directory, Set<String> names, String ending) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (name.endsWith(ending)) {
                    names.add(name.substring(0, name.length() - ending.length()));
                } else if (Files.exists(file.resolve(name + ending))) {
                    names.add(name);
                }
            }
        } catch (IOException absent) {
            return;
        }
        names.removeIf(name -> !NAME.matcher(name).matches());
    }

    private static boolean isSocket(Path path) {
        try {
            // S_IFSOCK of <linux/stat.h>
            return ((int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0170000) == 0140000;
        } catch (IOException absent) {
            return false;
        }
    }

    private static PluginAddress json(String name, Path file) {
        String what = "find plugin " + name;
        PluginAnswer document;
        try {
            document = new PluginAnswer(
                    what, JsonTree.object(read(name, file).getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new InvalidArgument(what, file + ": " + e.getMessage(), "correct the file", e);
        }
        Optional<PluginTls> tls = Optional.empty();
        if (document.has("TLSConfig")) {
            PluginAnswer t = document.object("TLSConfig");
            tls = Optional.of(new PluginTls(
                    t.flag("InsecureSkipVerify"),
                    path(t.text("CAFile")),
                    path(t.text("CertFile")),
                    path(t.text("KeyFile"))));
        }
        return PluginAddress.parse(what, document.text("Addr"), tls);
    }

    private static Optional<Path> path(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
    }

    private static String read(String name, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
            if (bytes.length > LARGEST_FILE) {
                throw new InvalidArgument(
                        "find plugin " + name, file + " is larger than " + LARGEST_FILE + " bytes", "correct the file");
            }
            return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidArgument(
                    "find plugin " + name, "cannot read " + file + ": " + e.getMessage(), "correct the file", e);
        }
    }

    private NotFound notFound(String name) {
        return new NotFound(
                "find plugin " + PluginAnswer.shown(name),
                "plugin \"" + PluginAnswer.shown(name) + "\" not found",
                "start it, so that its socket is in " + directories.sockets());
    }
}
