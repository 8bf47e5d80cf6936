package dev.gantry.java;

import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/// A small file as a text.
final class FileText {
    private static final int LARGEST = 4 << 20;

    private FileText() {}

    static String of(ProjectFiles files, String path) {
        try (InputStream in = files.open(path)) {
            return new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new Unavailable("read " + path, String.valueOf(e.getMessage()), "check the file", e);
        }
    }
}
