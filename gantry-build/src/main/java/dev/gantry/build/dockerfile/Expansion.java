package dev.gantry.build.dockerfile;

import dev.gantry.base.InvalidArgument;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// The reading of one word with variables.
final class Expansion {
    private static final int DEEPEST = 32;
    private static final String SPECIAL = "@*#?-$!0";

    private final String text;
    private final Place place;
    private final char escape;
    private final boolean quotes;
    private final Function<String, Optional<String>> variables;
    private final Expander budget;
    private final Set<String> used = new LinkedHashSet<>();
    private final Set<String> unset = new LinkedHashSet<>();
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private int at;
    private int depth;

    Expansion(Word word, char escape, boolean quotes, Function<String, Optional<String>> variables, Expander budget) {
        this.text = word.text();
        this.place = word.place();
        this.escape = escape;
        this.quotes = quotes;
        this.variables = variables;
        this.budget = budget;
    }

    Expander.Expanded all() {
        String result =
                text.indexOf('$') < 0 && text.indexOf('\'') < 0 && text.indexOf('"') < 0 && text.indexOf(escape) < 0
                        ? plain()
                        : upTo(-1, false);
        endWord();
        return new Expander.Expanded(result, used, unset);
    }

    /// Those of `all`, divided.
    List<String> words() {
        return words;
    }

    private String plain() {
        budget.spend(text.length(), place);
        blanksDivide(text);
        return text;
    }

    private void blanksDivide(String value) {
        if (depth > 0) {
            return;
        }
        for (int i = 0; i < value.length(); i++) {
            if (Character.isWhitespace(value.charAt(i))) {
                endWord();
            } else {
                word.append(value.charAt(i));
            }
        }
    }

    private void endWord() {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }

    private void kept(String value) {
        if (depth == 0) {
            word.append(value);
        }
    }

    private InvalidArgument fault(String why) {
        String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        return place.fault(
                "\"" + shown + "\": " + why, "write $name, ${name} or ${name:-default}, and \\$ for a dollar sign");
    }

    private boolean more() {
        return at < text.length();
    }

    /// @param stop the character that ends it and is taken too, or -1
    /// @param rawEscapes escape characters stay, for a pattern
    private String upTo(int stop, boolean rawEscapes) {
        StringBuilder result = new StringBuilder();
        while (more()) {
            char c = text.charAt(at);
            if (c == stop) {
                at++;
                return result.toString();
            }
            String piece;
            if (c == '$') {
                piece = dollar();
                blanksDivide(piece);
            } else if (quotes && c == '\'') {
                piece = singleQuoted();
                kept(piece);
            } else if (quotes && c == '"') {
                piece = doubleQuoted();
                kept(piece);
            } else if (c == escape) {
                at++;
                String next = more() ? String.valueOf(text.charAt(at++)) : "";
                piece = rawEscapes ? c + next : next;
                kept(piece);
            } else {
                at++;
                piece = String.valueOf(c);
                blanksDivide(piece);
            }
            budget.spend(piece.length(), place);
            result.append(piece);
        }
        if (stop >= 0) {
            throw fault("there is no " + (char) stop + " for a ${");
        }
        return result.toString();
    }

    private String singleQuoted() {
        int end = text.indexOf('\'', at + 1);
        if (end < 0) {
            throw fault("a single quote is not closed");
        }
        String inside = text.substring(at + 1, end);
        at = end + 1;
        return inside;
    }

    private String doubleQuoted() {
        StringBuilder result = new StringBuilder();
        at++;
        deeper();
        while (more() && text.charAt(at) != '"') {
            char c = text.charAt(at);
            if (c == '$') {
                result.append(dollar());
            } else if (c == escape && at + 1 < text.length() && isEscapable(text.charAt(at + 1))) {
                result.append(text.charAt(at + 1));
                at += 2;
            } else {
                result.append(c);
                at++;
            }
        }
        depth--;
        if (!more()) {
            throw fault("a double quote is not closed");
        }
        at++;
        return result.toString();
    }

    private boolean isEscapable(char c) {
        return c == '"' || c == '$' || c == escape;
    }

    private void deeper() {
        if (++depth > DEEPEST) {
            throw fault("variables are nested deeper than " + DEEPEST + " levels");
        }
    }

    private String dollar() {
        at++;
        if (!more() || text.charAt(at) != '{') {
            String name = name();
            return name.isEmpty() ? "$" : value(name);
        }
        at++;
        if (!more()) {
            throw fault("there is no } for a ${");
        }
        String name = name();
        if (name.isEmpty()) {
            throw fault("bad substitution: there is no name after ${");
        }
        deeper();
        String value = braced(name);
        depth--;
        budget.spend(value.length(), place);
        return value;
    }

    private String braced(String name) {
        char operator = next();
        return switch (operator) {
            case '}' -> value(name);
            case ':' -> {
                char after = next();
                if ("+-?".indexOf(after) < 0) {
                    throw fault("unsupported modifier (:" + after + ") in substitution");
                }
                yield orElse(name, after, true);
            }
            case '+', '-', '?' -> orElse(name, operator, false);
            case '#', '%' -> cut(name, operator);
            case '/' -> replace(name);
            default -> throw fault("unsupported modifier (" + operator + ") in substitution");
        };
    }

    private char next() {
        if (!more()) {
            throw fault("there is no } for a ${");
        }
        return text.charAt(at++);
    }

    private String value(String name) {
        Optional<String> value = variables.apply(name);
        (value.isPresent() ? used : unset).add(name);
        return value.orElse("");
    }

    private String orElse(String name, char operator, boolean emptyIsUnset) {
        String other = upTo('}', false);
        Optional<String> value = variables.apply(name);
        value.ifPresent(_ -> used.add(name));
        boolean there = value.isPresent() && !(emptyIsUnset && value.get().isEmpty());
        return switch (operator) {
            case '-' -> there ? value.orElse("") : other;
            case '+' -> there ? other : "";
            default -> {
                if (!there) {
                    String why = value.isPresent() ? "is not allowed to be empty" : "is not allowed to be unset";
                    throw fault(name + ": " + (other.isEmpty() ? why : other));
                }
                yield value.orElse("");
            }
        };
    }

    private String cut(String name, char operator) {
        String pattern = upTo('}', true);
        boolean longest = pattern.startsWith(String.valueOf(operator));
        ShellPattern shape = ShellPattern.of(longest ? pattern.substring(1) : pattern);
        String value = value(name);
        budget.spend((long) value.length() * (shape.size() + 1), place);
        return operator == '#' ? shape.withoutPrefix(value, longest) : shape.withoutSuffix(value, longest);
    }

    private String replace(String name) {
        boolean everywhere = more() && text.charAt(at) == '/';
        at += everywhere ? 1 : 0;
        String pattern = upTo('/', true);
        String replacement = upTo('}', true);
        return ShellPattern.of(pattern)
                .replace(value(name), replacement, everywhere, cost -> budget.spend(cost, place));
    }

    private String name() {
        if (!more()) {
            return "";
        }
        int from = at;
        char first = text.charAt(at);
        if (first >= '0' && first <= '9') {
            while (more() && Character.isDigit(text.charAt(at))) {
                at++;
            }
        } else if (SPECIAL.indexOf(first) >= 0) {
            at++;
        } else {
            while (more() && (Character.isLetterOrDigit(text.charAt(at)) || text.charAt(at) == '_')) {
                at++;
            }
        }
        return text.substring(from, at);
    }
}
