package dev.gantry.csi;

import dev.gantry.base.Internal;
import dev.gantry.base.NotFound;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The volumes of one driver on disk, a file for each. Names are those of volumes, which are names of files.
final class CsiBook {
    private static final JsonType<CsiVolume> TYPE = Jsonb.builder().build().type(CsiVolume.class);
    private static final String ENDING = ".json";

    private final Path directory;

    CsiBook(Path directory) {
        this.directory = directory;
    }

    Optional<CsiVolume> find(String name) {
        try {
            return Optional.of(TYPE.fromJson(Files.readString(file(name))));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            throw new Internal(
                    "read " + file(name), String.valueOf(e.getMessage()), "put the file back, or remove it", e);
        }
    }

    /// One that is known to be with the plugin.
    CsiVolume need(String driver, String name) {
        return find(name)
                .filter(v -> !v.id().isEmpty())
                .orElseThrow(() -> new NotFound(
                        "find volume " + name,
                        "the driver " + driver + " has no volume of this name",
                        "create it with volume create -d " + driver));
    }

    List<CsiVolume> list() {
        List<CsiVolume> all = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + ENDING)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                find(name.substring(0, name.length() - ENDING.length())).ifPresent(all::add);
            }
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (IOException e) {
            throw failed("list " + directory, e);
        }
        return all;
    }

    /// Durable on return: written beside, synced, renamed.
    CsiVolume put(CsiVolume volume) {
        Path file = file(volume.name());
        Path beside = directory.resolve(volume.name() + ".new");
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.writeString(beside, TYPE.toJson(volume));
            sync(beside);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            sync(directory);
            return volume;
        } catch (IOException e) {
            throw failed("store volume " + volume.name(), e);
        }
    }

    void remove(String name) {
        try {
            Files.deleteIfExists(file(name));
            sync(directory);
        } catch (IOException e) {
            throw failed("forget volume " + name, e);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path file(String name) {
        return directory.resolve(name + ENDING);
    }

    private static Internal failed(String what, IOException e) {
        return new Internal(what, String.valueOf(e), "look at the file system of the data root", e);
    }
}
