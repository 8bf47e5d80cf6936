package dev.gantry.build.dockerfile;

import java.util.List;
import java.util.Locale;

/// What all instructions have.
///
/// @param written the keyword as it is written
/// @param text the whole instruction in one line, without what joins its lines
/// @param comments the lines of comment directly before it, without `#`
public record Head(Place place, String written, String text, List<String> comments) {
    public Head {
        comments = List.copyOf(comments);
    }

    public String keyword() {
        return written.toUpperCase(Locale.ROOT);
    }
}
