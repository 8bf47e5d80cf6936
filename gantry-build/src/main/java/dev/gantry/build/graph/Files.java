package dev.gantry.build.graph;

/// A tree of files that a build works with.
public sealed interface Files {
    /// No file at all, as in `FROM scratch`.
    Files NONE = new None();

    record None() implements Files {}

    /// What a vertex makes.
    ///
    /// @param number which of its results, from 0
    record Made(Vertex by, int number) implements Files {
        public Made {
            if (number < 0 || number >= by.op().results()) {
                throw new IllegalArgumentException(by.op() + " has no result " + number);
            }
        }
    }
}
