package dev.gantry.java;

/// Where the bytes of a file of the image come from.
public sealed interface Source {
    /// From here.
    record Text(String text) implements Source {}

    /// A file as it is.
    record File(String path) implements Source {}

    /// A member of a jar.
    record Entry(String jar, String name) implements Source {}

    /// What begins with `prefix` in a jar, as a jar that is the same whenever and wherever it was packed.
    record Repacked(String jar, String prefix) implements Source {}
}
