package dev.gantry.base.path;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.List;

/// Patterns in their order, of which the last that means a path decides; one after `!` takes back what those before
/// it said. What is said of a directory is said of all below it. As in a `.dockerignore`.
///
/// ```java
/// Patterns ignored = Patterns.of(IgnoreFile.read(text));
/// if (ignored.matches(path) && !ignored.mayDifferBelow(path)) … // nothing below needs to be looked at
/// ```
public final class Patterns {
    public static final Patterns NONE = new Patterns(List.of());

    private final List<Line> lines;

    private record Line(boolean takesBack, PathPattern pattern) {}

    private Patterns(List<Line> lines) {
        this.lines = List.copyOf(lines);
    }

    public static Patterns of(List<String> patterns) {
        List<Line> lines = new ArrayList<>();
        for (String pattern : patterns) {
            String text = pattern.strip();
            boolean takesBack = text.startsWith("!");
            String path = takesBack ? text.substring(1).strip() : text;
            if (takesBack && path.isEmpty()) {
                throw new InvalidArgument(
                        "read pattern " + text, "there is nothing after the !", "name what is to be taken back");
            }
            // The root itself is never ignored.
            if (!CleanPath.relative(path).isEmpty()) {
                lines.add(new Line(takesBack, PathPattern.of(path)));
            }
        }
        return new Patterns(lines);
    }

    public boolean isEmpty() {
        return lines.isEmpty();
    }

    /// Whether some pattern takes back what others say.
    public boolean takesBack() {
        return lines.stream().anyMatch(Line::takesBack);
    }

    /// @param path relative to the root, with slashes and without one at its ends
    public boolean matches(String path) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).pattern().covers(path)) {
                return !lines.get(i).takesBack();
            }
        }
        return false;
    }

    /// Whether the answer for something below this directory may be another than for the directory. The root is `""`.
    public boolean mayDifferBelow(String directory) {
        boolean matches = !directory.isEmpty() && matches(directory);
        return lines.stream()
                .anyMatch(l -> l.takesBack() == matches && l.pattern().reachesBelow(directory));
    }
}
