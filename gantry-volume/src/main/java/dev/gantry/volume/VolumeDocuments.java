package dev.gantry.volume;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import io.avaje.json.JsonException;
import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What the directory of a volume says about it, for a table that was lost.
final class VolumeDocuments {
    private static final String DOCUMENT = "volume.json";
    private static final int LARGEST = 1 << 20;

    private final Linux linux;
    private final JsonType<Volume> json = Jsonb.builder().build().type(Volume.class);

    VolumeDocuments(Linux linux) {
        this.linux = linux;
    }

    /// Written beside, synced and renamed; its name is durable when the caller has synced the directory.
    void write(Fd directory, Volume volume) {
        byte[] text = json.toJson(volume).getBytes(StandardCharsets.UTF_8);
        String beside = DOCUMENT + ".new";
        int flags = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.TRUNCATE | OpenFlags.NO_FOLLOW;
        try (Fd file = linux.files().open(directory, beside, flags, 0600, Resolve.PLAIN)) {
            linux.files().write(file, text, 0, text.length);
            linux.files().sync(file);
        }
        linux.directories().rename(directory, beside, directory, DOCUMENT);
    }

    /// Empty when there is none that can be read.
    Optional<Volume> read(Fd directory) {
        int flags = OpenFlags.READ | OpenFlags.NO_FOLLOW;
        try (Fd file = linux.files().open(directory, DOCUMENT, flags, 0, Resolve.PLAIN)) {
            return Optional.of(json.fromJson(new String(linux.files().readAll(file, LARGEST), StandardCharsets.UTF_8)));
        } catch (LinuxError | JsonException e) {
            return Optional.empty();
        }
    }
}
