package dev.gantry.engine.container;

import dev.gantry.base.Conflict;
import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A directory with the saved processes of a container, and what must be known of their surroundings to bring them
/// back. It is whole once its note is there.
///
/// @param inherited what CRIU calls standard input, output, error and the network namespace; empty where it has none
/// @param outside the mount points of what is mounted from outside
record Checkpoint(Path directory, List<String> inherited, List<String> outside) {
    private static final String NOTE = "gantry.note";
    private static final String END = "\0";
    private static final int INHERITED = 4;
    private static final int LONGEST_NAME = 200;

    Checkpoint {
        inherited = List.copyOf(inherited);
        outside = List.copyOf(outside);
    }

    /// Where the one of this name is in a directory. [InvalidArgument] when that would be anywhere else.
    static Path place(Path directory, String name) {
        if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0 || name.indexOf('\0') >= 0) {
            throw new InvalidArgument("use checkpoint " + name, "this is no name of a file", "choose another name");
        }
        if (name.length() > LONGEST_NAME) {
            throw new InvalidArgument(
                    "use checkpoint " + name.substring(0, 20) + "…",
                    "its name is longer than " + LONGEST_NAME + " characters",
                    "choose a shorter name");
        }
        return directory.resolve(name);
    }

    /// A directory for it. Two who want the same one do not both get it.
    static void make(Path directory, String container) {
        var ours = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        try {
            Path parent = directory.getParent();
            if (parent != null) {
                Files.createDirectories(parent, ours);
            }
            Files.createDirectory(directory, ours);
        } catch (FileAlreadyExistsException e) {
            throw new Conflict(
                    "make checkpoint " + directory.getFileName(),
                    "checkpoint with name " + directory.getFileName() + " already exists for container " + container,
                    "remove it, or choose another name",
                    e);
        } catch (IOException e) {
            throw failed("make", directory, e);
        }
    }

    static boolean isAt(Path directory) {
        return Files.isRegularFile(directory.resolve(NOTE));
    }

    static Checkpoint read(Path directory) {
        try {
            List<String> all = List.of(Files.readString(directory.resolve(NOTE)).split(END, -1));
            if (all.size() <= INHERITED) {
                throw new Conflict(
                        "read checkpoint " + directory.getFileName(), "its note is torn", "make another checkpoint");
            }
            return new Checkpoint(directory, all.subList(0, INHERITED), all.subList(INHERITED, all.size() - 1));
        } catch (IOException e) {
            throw failed("read", directory, e);
        }
    }

    void write() {
        List<String> all = new ArrayList<>(inherited);
        all.addAll(outside);
        Path beside = directory.resolve(NOTE + ".new");
        try {
            Files.writeString(beside, String.join(END, all) + END, StandardCharsets.UTF_8);
            Files.move(beside, directory.resolve(NOTE));
        } catch (IOException e) {
            throw failed("write", directory, e);
        }
    }

    /// The names of those in this directory, which may be absent.
    static List<String> in(Path directory) {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, Checkpoint::isAt)) {
                all.forEach(one -> names.add(String.valueOf(one.getFileName())));
            } catch (IOException e) {
                throw failed("list", directory, e);
            }
        }
        names.sort(Comparator.naturalOrder());
        return names;
    }

    /// The note first: what is left of it is none.
    static void remove(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve(NOTE));
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(one);
                }
            }
        } catch (IOException e) {
            throw failed("remove", directory, e);
        }
    }

    private static Internal failed(String verb, Path directory, IOException e) {
        return new Internal(
                verb + " checkpoint " + directory.getFileName(),
                String.valueOf(e),
                "look at the disk and the rights of " + directory.getParent(),
                e);
    }
}
