package dev.gantry.base.path;

import java.util.ArrayDeque;
import java.util.Deque;

/// Paths as texts, without a look at any file.
public final class CleanPath {
    private CleanPath() {}

    /// Without `.`, `..`, doubled slashes and slashes at the ends; `..` does not lead above the root. The root is `""`.
    public static String relative(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            switch (part) {
                case "", "." -> {}
                case ".." -> parts.pollLast();
                default -> parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }

    /// The same from `/`.
    public static String absolute(String path) {
        return "/" + relative(path);
    }

    /// `path` as seen from `directory`.
    public static String from(String directory, String path) {
        return absolute(path.startsWith("/") ? path : directory + "/" + path);
    }
}
