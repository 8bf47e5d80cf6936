package dev.gantry.java;

/// A file of the image: `path` is from the root, without a slash at its start.
public record AppFile(String path, boolean executable, Source source) {
    static AppFile of(String path, Source source) {
        return new AppFile(path, false, source);
    }
}
