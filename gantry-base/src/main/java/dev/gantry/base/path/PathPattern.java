package dev.gantry.base.path;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A pattern of paths: those of Go's `filepath.Match`, and `**` for any number of directories. `*` and `?` do not
/// cross a slash; `[a-z]` and `[^a-z]` are classes; a backslash makes the next character literal.
///
/// A path is relative to the root, with slashes and without one at its ends. All questions take time in proportion to
/// the length of the path times that of the pattern.
public final class PathPattern {
    private static final int LONGEST = 4096;

    private sealed interface Token {}

    private record Literal(int character) implements Token {}

    private record OfClass(boolean negated, List<int[]> ranges) implements Token {
        boolean has(int character) {
            return negated != ranges.stream().anyMatch(r -> r[0] <= character && character <= r[1]);
        }
    }

    private enum Wild implements Token {
        /// `?`
        ONE,
        /// `*`
        SOME,
        /// `**` at the end: whatever comes.
        REST,
        /// `**` before more: nothing, or what `WITHIN` takes.
        DIRECTORIES,
        /// Any directories, up to a slash.
        WITHIN
    }

    private final String text;
    private final List<Token> tokens;
    /// The path itself when there is nothing wild in the pattern.
    private final String literal;

    private PathPattern(String text, List<Token> tokens) {
        this.text = text;
        this.tokens = List.copyOf(tokens);
        StringBuilder plain = new StringBuilder();
        boolean wild = false;
        for (Token token : tokens) {
            if (token instanceof Literal l) {
                plain.appendCodePoint(l.character());
            } else {
                wild = true;
            }
        }
        this.literal = wild ? "" : plain.toString();
    }

    /// Reads a pattern; `a/../b`, `./b`, `/b` and `b/` are all `b`.
    public static PathPattern of(String pattern) {
        if (pattern.length() > LONGEST) {
            throw malformed(pattern.substring(0, 40) + "…", "it is longer than " + LONGEST + " characters");
        }
        String clean = CleanPath.relative(pattern);
        return new PathPattern(clean, tokens(clean));
    }

    /// Whether there is anything wild in it. A backslash counts too, as the pattern is then not the path itself.
    public static boolean isWild(String pattern) {
        return pattern.chars().anyMatch(c -> c == '*' || c == '?' || c == '[' || c == '\\');
    }

    /// Whether the whole path is what the pattern means.
    public boolean fits(String path) {
        return wildless() ? path.equals(literal) : run(path, false).accepted();
    }

    /// Whether the path is meant, or a directory above it.
    public boolean covers(String path) {
        return wildless()
                ? path.startsWith(literal)
                        && (path.length() == literal.length() || path.charAt(literal.length()) == '/')
                : run(path, true).accepted();
    }

    /// Whether something below this directory may be meant by it, and not the directory already. The root is `""`.
    public boolean reachesBelow(String directory) {
        if (directory.isEmpty()) {
            return true;
        }
        return wildless()
                ? literal.startsWith(directory + "/")
                : run(directory + "/", false).alive();
    }

    private boolean wildless() {
        return !literal.isEmpty();
    }

    private record Run(boolean accepted, boolean alive) {}

    /// All places in the pattern that the path can have led to, at the same time.
    ///
    /// @param above a directory above the path is enough
    private Run run(String path, boolean above) {
        BitSet now = new BitSet(tokens.size() + 1);
        enter(now, 0);
        for (int i = 0; i < path.length() && !now.isEmpty(); ) {
            int character = path.codePointAt(i);
            if (above && character == '/' && i > 0 && now.get(tokens.size())) {
                return new Run(true, true);
            }
            BitSet next = new BitSet(tokens.size() + 1);
            for (int at = now.nextSetBit(0); at >= 0; at = now.nextSetBit(at + 1)) {
                step(next, at, character);
            }
            now = next;
            i += Character.charCount(character);
        }
        return new Run(now.get(tokens.size()), !now.isEmpty());
    }

    private void step(BitSet next, int at, int character) {
        if (at == tokens.size()) {
            return;
        }
        boolean slash = character == '/';
        switch (tokens.get(at)) {
            case Literal l -> enterIf(l.character() == character, next, at + 1);
            case OfClass c -> enterIf(!slash && c.has(character), next, at + 1);
            case Wild.ONE -> enterIf(!slash, next, at + 1);
            case Wild.SOME -> enterIf(!slash, next, at);
            case Wild.REST -> enter(next, at);
            case Wild.WITHIN -> {
                next.set(at);
                enterIf(slash, next, at + 1);
            }
            case Wild.DIRECTORIES -> {}
        }
    }

    private void enterIf(boolean taken, BitSet places, int from) {
        if (taken) {
            enter(places, from);
        }
    }

    /// Also what follows when a token takes nothing.
    private void enter(BitSet places, int from) {
        int at = from;
        while (true) {
            places.set(at);
            if (at == tokens.size()) {
                return;
            }
            switch (tokens.get(at)) {
                case Wild.SOME, Wild.REST -> at++;
                case Wild.DIRECTORIES -> {
                    places.set(at + 1);
                    at += 2;
                }
                default -> {
                    return;
                }
            }
        }
    }

    private static List<Token> tokens(String text) {
        List<Token> tokens = new ArrayList<>();
        int[] points = text.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            switch (points[i]) {
                case '?' -> tokens.add(Wild.ONE);
                case '*' -> {
                    if (i + 1 == points.length || points[i + 1] != '*') {
                        tokens.add(Wild.SOME);
                        continue;
                    }
                    i++;
                    if (i + 1 < points.length && points[i + 1] == '/') {
                        i++;
                    }
                    if (i + 1 == points.length) {
                        tokens.add(Wild.REST);
                    } else {
                        tokens.add(Wild.DIRECTORIES);
                        tokens.add(Wild.WITHIN);
                    }
                }
                case '[' -> i = addClass(tokens, points, i, text);
                case '\\' -> {
                    if (++i == points.length) {
                        throw malformed(text, "a backslash is its last character");
                    }
                    tokens.add(new Literal(points[i]));
                }
                default -> tokens.add(new Literal(points[i]));
            }
        }
        return tokens;
    }

    /// The place of its `]`.
    private static int addClass(List<Token> tokens, int[] points, int open, String text) {
        int i = open + 1;
        boolean negated = i < points.length && points[i] == '^';
        i += negated ? 1 : 0;
        List<int[]> ranges = new ArrayList<>();
        while (i < points.length && (points[i] != ']' || ranges.isEmpty())) {
            i += points[i] == '\\' ? 1 : 0;
            int low = i < points.length ? points[i++] : -1;
            int high = low;
            if (i + 1 < points.length && points[i] == '-' && points[i + 1] != ']') {
                i += points[i + 1] == '\\' ? 2 : 1;
                high = i < points.length ? points[i++] : -1;
            }
            if (low < 0 || high < low || low == ']' && ranges.isEmpty()) {
                throw malformed(text, "a class such as [a-z] is not well formed");
            }
            ranges.add(new int[] {low, high});
        }
        if (i >= points.length) {
            throw malformed(text, "a [ is not closed");
        }
        tokens.add(new OfClass(negated, List.copyOf(ranges)));
        return i;
    }

    private static InvalidArgument malformed(String text, String why) {
        return new InvalidArgument(
                "read pattern " + text, why, "write * ? [a-z] and ** as wildcards, and \\ before a literal one");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PathPattern p && text.equals(p.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
