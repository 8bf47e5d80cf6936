package dev.gantry.embedded;

import dev.gantry.base.Internal;
import dev.gantry.base.InvalidArgument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;

/// A directory below a root that only its user may enter, with room for one socket. The root's lock is held.
final class Door {
    private static final Set<PosixFilePermission> USER_ONLY = PosixFilePermissions.fromString("rwx------");

    /// unix(7): the address has room for 108 bytes, the last of which is 0.
    private static final int LONGEST = 107;

    private Door() {}

    static Path in(Path home) {
        return directory(home).resolve("docker.sock");
    }

    /// The free place of the socket.
    static Path make(Path home) {
        Path socket = in(home);
        int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST) {
            throw new InvalidArgument(
                    "make room for a socket at " + socket,
                    "the path has " + length + " bytes, and one of a socket has at most " + LONGEST,
                    "choose a root with a shorter path");
        }
        try {
            Path directory = directory(home);
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(USER_ONLY));
            Files.setPosixFilePermissions(directory, USER_ONLY);
            Files.deleteIfExists(socket);
            return socket;
        } catch (IOException e) {
            throw failed("make room for a socket at " + socket, e);
        }
    }

    static void remove(Path home) {
        Path directory = directory(home);
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException | UncheckedIOException e) {
            throw failed("remove " + directory, e);
        }
    }

    private static Path directory(Path home) {
        return home.resolve("door");
    }

    private static Internal failed(String what, Exception e) {
        return new Internal(what, String.valueOf(e.getMessage()), "choose a root that can be written", e);
    }
}
