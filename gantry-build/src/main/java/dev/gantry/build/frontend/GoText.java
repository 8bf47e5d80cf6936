package dev.gantry.build.frontend;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Values as Go prints them: histories of images are written so, and tools read them.
final class GoText {
    private GoText() {}

    /// `["a" "b"]`
    static String quoted(List<String> words) {
        return words.stream().map(GoText::quoted).collect(Collectors.joining(" ", "[", "]"));
    }

    /// `[a b]`
    static String plain(List<String> words) {
        return "[" + String.join(" ", words) + "]";
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> quoted.append(c == '"' ? "\\\"" : character(c)));
        return quoted.append('"').toString();
    }

    /// A number as the character that it is: `'\x03'`.
    static String rune(int number) {
        boolean valid = Character.isValidCodePoint(number) && !(number >= 0xD800 && number <= 0xDFFF);
        int c = valid ? number : 0xFFFD;
        return "'" + (c == '\'' ? "\\'" : character(c)) + "'";
    }

    private static String character(int c) {
        return switch (c) {
            case '\\' -> "\\\\";
            case 7 -> "\\a";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case 11 -> "\\v";
            default -> printable(c);
        };
    }

    private static String printable(int c) {
        if (c < ' ' || c == 0x7F) {
            return String.format(Locale.ROOT, "\\x%02x", c);
        }
        boolean printable = switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
        if (printable) {
            return Character.toString(c);
        }
        return String.format(Locale.ROOT, c > 0xFFFF ? "\\U%08x" : "\\u%04x", c);
    }
}
