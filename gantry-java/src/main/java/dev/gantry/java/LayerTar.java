package dev.gantry.java;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A layer as a tar, by path, with the directories above its files: the same files give the same bytes. OCI image-spec
/// 1.1 §layer.
public final class LayerTar {
    private LayerTar() {}

    /// @param time of all that is in it
    public static void write(AppLayer layer, ProjectFiles files, Instant time, OutputStream out) throws IOException {
        var contents = new Contents(files);
        List<AppFile> members = layer.files().stream()
                .filter(f -> f.source() instanceof Source.Entry)
                .toList();
        Map<String, byte[]> unpacked = new TreeMap<>();
        contents.each(members, (file, _, in) -> unpacked.put(file.path(), in.readAllBytes()));
        var tar = new Ustar(out, time);
        Set<String> made = new LinkedHashSet<>();
        for (AppFile file : layer.files()) {
            for (int slash = file.path().indexOf('/');
                    slash > 0;
                    slash = file.path().indexOf('/', slash + 1)) {
                String directory = file.path().substring(0, slash + 1);
                if (made.add(directory)) {
                    tar.directory(directory);
                }
            }
            byte[] bytes = unpacked.get(file.path());
            if (bytes == null) {
                contents.each(List.of(file), (_, size, in) -> write(tar, file, size, in));
            } else {
                write(tar, file, bytes.length, new ByteArrayInputStream(bytes));
            }
        }
        tar.finish();
    }

    private static void write(Ustar tar, AppFile file, long size, InputStream in) throws IOException {
        tar.file(file.path(), file.executable(), size, in);
    }
}
