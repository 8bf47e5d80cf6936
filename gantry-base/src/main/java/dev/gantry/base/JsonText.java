package dev.gantry.base;

/// What a reader of JSON must be spared: texts so deep that it runs out of stack, such with so
/// many values that it runs out of memory, lists with holes that no list of ours
/// has, and escapes of half a character, which could be read and never written again.
public final class JsonText {
    /// Far more than any document has.
    private static final int DEEPEST = 128;

    /// Each value costs its reader many times the bytes it has in the text.
    private static final int MOST_VALUES = 250_000;

    private final String text;
    private final StringBuilder mended = new StringBuilder();
    private int copied;

    /// By depth whether it is a list.
    private final boolean[] lists = new boolean[DEEPEST + 1];

    private JsonText(String text) {
        this.text = text;
    }

    /// The text as a reader may have it; halves of characters are U+FFFD in it, as Go reads them. Whether it is JSON at
    /// all the reader says.
    public static String readable(String text) {
        return new JsonText(text).checked();
    }

    /// The same where depth and lists are another's business.
    public static String whole(String text) {
        return text.contains("\\u") ? new JsonText(text).mended() : text;
    }

    private String checked() {
        int depth = 0;
        int values = 0;
        for (int i = 0; i < text.length(); i++) {
            switch (text.charAt(i)) {
                case '"' -> i = string(i + 1);
                case '{', '[' -> {
                    if (++depth > DEEPEST) {
                        throw new InvalidArgument(
                                "read the JSON",
                                "it is nested deeper than " + DEEPEST + " levels",
                                "send a document as the API describes it");
                    }
                    lists[depth] = text.charAt(i) == '[';
                }
                case ',' -> {
                    if (++values > MOST_VALUES) {
                        throw new InvalidArgument(
                                "read the JSON",
                                "it has more than " + MOST_VALUES + " values",
                                "send a document as the API describes it");
                    }
                }
                case '}', ']' -> depth = Math.max(0, depth - 1);
                case 'n' -> {
                    if (lists[depth] && text.startsWith("null", i)) {
                        throw new InvalidArgument(
                                "read the JSON", "a list in it has null as an element", "leave the element out");
                    }
                }
                default -> {}
            }
        }
        return result();
    }

    private String mended() {
        for (int i = text.indexOf('"'); i >= 0; i = text.indexOf('"', string(i + 1) + 1)) {
            continue; // strings have what is mended
        }
        return result();
    }

    private String result() {
        return mended.isEmpty()
                ? text
                : mended.append(text, copied, text.length()).toString();
    }

    /// Where the string ends that begins at `from`.
    private int string(int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                return i;
            }
            if (c == '\\') {
                i = escape(i);
            }
        }
        return text.length();
    }

    /// The last character of the escape that begins at `at`.
    private int escape(int at) {
        int unit = unit(at);
        if (unit < 0 || !Character.isSurrogate((char) unit)) {
            return at + 1;
        }
        if (Character.isHighSurrogate((char) unit)) {
            int low = unit(at + 6);
            if (low >= 0 && Character.isLowSurrogate((char) low)) {
                return at + 11;
            }
        }
        mended.append(text, copied, at).append("\\ufffd");
        copied = at + 6;
        return at + 5;
    }

    /// The value of `\\uXXXX` at a place, or -1.
    private int unit(int at) {
        if (at + 6 > text.length() || text.charAt(at) != '\\' || text.charAt(at + 1) != 'u') {
            return -1;
        }
        int value = 0;
        for (int i = at + 2; i < at + 6; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
