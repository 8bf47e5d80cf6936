package dev.gantry.build.dockerfile;

import dev.gantry.base.InvalidArgument;

/// Where something is written: line and column from 1, and the line where it ends.
public record Place(int line, int column, int lastLine) {
    public static final Place START = new Place(1, 1, 1);

    /// A fault of the Dockerfile at this place.
    ///
    /// @param expected what to write instead
    public InvalidArgument fault(String why, String expected) {
        return new InvalidArgument("read the Dockerfile at " + this, why, expected);
    }

    @Override
    public String toString() {
        return line + ":" + column;
    }
}
