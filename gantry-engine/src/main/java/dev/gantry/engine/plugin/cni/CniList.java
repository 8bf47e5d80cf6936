package dev.gantry.engine.plugin.cni;

import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// A list of plugins with its text, which the end of an attachment needs as it was at its beginning.
record CniList(CniNetwork network, String text) {
    private static final int LARGEST_FILE = 1024 * 1024;

    static CniList parse(String what, String text) {
        try {
            return new CniList(CniNetwork.parse(what, text.getBytes(StandardCharsets.UTF_8)), text);
        } catch (IOException e) {
            throw new InvalidArgument(
                    what, String.valueOf(e.getMessage()), "correct the file, as CNI specification 1.1 has it", e);
        }
    }

    /// `name` is that of a list in one of the directory's files, or the path of a file. Of two of one name the first
    /// counts, by the names of the files; another list's mistake is its own.
    static CniList find(Path directory, String name) {
        if (name.startsWith("/")) {
            return read(Path.of(name));
        }
        List<String> problems = new ArrayList<>();
        for (Path file : files(directory)) {
            try {
                CniList list = read(file);
                if (list.network.name().equals(name)) {
                    return list;
                }
            } catch (GantryException wrong) {
                problems.add(wrong.what() + ": " + wrong.why());
            }
        }
        throw new NotFound(
                "find CNI network " + name,
                "no file in " + directory + " has it" + (problems.isEmpty() ? "" : " (" + problems + ")"),
                "write one, or name another with -o conf=NAME or -o conf=/path");
    }

    private static Set<Path> files(Path directory) {
        Set<Path> files = new TreeSet<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*.{conflist,conf,json}")) {
            all.forEach(files::add);
            return files;
        } catch (IOException absent) {
            return Set.of();
        }
    }

    private static CniList read(Path file) {
        String what = "read " + file;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
            if (bytes.length > LARGEST_FILE) {
                throw new InvalidArgument(what, "it is larger than " + LARGEST_FILE + " bytes", "correct the file");
            }
            return parse(what, new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new NotFound(what, "it cannot be read: " + e, "name a list of CNI plugins", e);
        }
    }

    /// Whether one of the plugins can be told this.
    boolean has(String capability) {
        return network.plugins().stream().anyMatch(p -> p.capabilities().contains(capability));
    }
}
