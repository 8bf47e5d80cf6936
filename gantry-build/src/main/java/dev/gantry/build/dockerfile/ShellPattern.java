package dev.gantry.build.dockerfile;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongConsumer;

/// A pattern in a substitution: `*` is any run of characters, `?` is one, and a backslash makes the next literal.
final class ShellPattern {
    private static final int ONE = -1;
    private static final int SOME = -2;

    /// Characters, or one of the above.
    private final int[] tokens;

    private ShellPattern(int[] tokens) {
        this.tokens = tokens;
    }

    static ShellPattern of(String pattern) {
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '\\' && i + 1 < pattern.length()) {
                tokens.add((int) pattern.charAt(++i));
            } else {
                tokens.add(c == '?' ? ONE : c == '*' ? SOME : c);
            }
        }
        return new ShellPattern(tokens.stream().mapToInt(Integer::intValue).toArray());
    }

    int size() {
        return tokens.length;
    }

    String withoutPrefix(String value, boolean longest) {
        int end = end(value, 0, longest, _ -> {});
        return end < 0 ? value : value.substring(end);
    }

    String withoutSuffix(String value, boolean longest) {
        int[] backwards = new int[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            backwards[i] = tokens[tokens.length - 1 - i];
        }
        String reversed = new StringBuilder(value).reverse().toString();
        int end = new ShellPattern(backwards).end(reversed, 0, longest, _ -> {});
        return end < 0 ? value : value.substring(0, value.length() - end);
    }

    /// The leftmost that fits, and of those that begin there the longest.
    String replace(String value, String replacement, boolean everywhere, LongConsumer cost) {
        StringBuilder result = new StringBuilder();
        int from = 0;
        while (from <= value.length()) {
            int end = end(value, from, true, cost);
            if (end > from || end == from && from == value.length() && value.isEmpty()) {
                cost.accept(replacement.length());
                result.append(replacement);
                if (!everywhere || end == value.length()) {
                    return result.append(value, end, value.length()).toString();
                }
                from = end;
            } else if (from < value.length()) {
                result.append(value.charAt(from++));
            } else {
                break;
            }
        }
        return result.toString();
    }

    /// Where a match ends that begins at `from`, or -1.
    private int end(String value, int from, boolean longest, LongConsumer cost) {
        BitSet now = new BitSet(tokens.length + 1);
        enter(now, 0);
        int end = now.get(tokens.length) ? from : -1;
        for (int i = from; i < value.length() && !now.isEmpty() && (longest || end < 0); i++) {
            BitSet next = new BitSet(tokens.length + 1);
            cost.accept(1 + now.cardinality());
            for (int at = now.nextSetBit(0); at >= 0 && at < tokens.length; at = now.nextSetBit(at + 1)) {
                if (tokens[at] == SOME) {
                    enter(next, at);
                } else if (tokens[at] == ONE || tokens[at] == value.charAt(i)) {
                    enter(next, at + 1);
                }
            }
            now = next;
            end = now.get(tokens.length) ? i + 1 : end;
        }
        return end;
    }

    private void enter(BitSet places, int from) {
        int at = from;
        places.set(at);
        while (at < tokens.length && tokens[at] == SOME) {
            places.set(++at);
        }
    }
}
