package dev.gantry.build.graph;

/// What people are told of a vertex, and how it is to be treated; none of it changes what comes out.
///
/// @param name as progress shows it, such as `[2/5] RUN make`
/// @param step where it was written: the line of the Dockerfile, from 1; 0 when it was written nowhere
/// @param ignoreCache it is done again, whatever is known
public record Note(String name, int step, boolean ignoreCache) {
    public static final Note NONE = new Note("", 0, false);

    public static Note of(String name, int step) {
        return new Note(name, step, false);
    }
}
