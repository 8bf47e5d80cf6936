package dev.gantry.build.dockerfile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A JSON list of strings, as the exec form of an instruction has it. What is no JSON list at all is a text for the
/// shell; what is one but not of strings is a fault.
final class JsonWords {
    private static final int DEEPEST = 64;

    private final String text;
    private int at;
    private boolean onlyStrings = true;

    private JsonWords(String text) {
        this.text = text;
    }

    static Optional<List<String>> read(String text, Place place) {
        if (!text.startsWith("[")) {
            return Optional.empty();
        }
        JsonWords json = new JsonWords(text);
        List<String> words = new ArrayList<>();
        if (!json.list(words, 0) || json.more()) {
            return Optional.empty();
        }
        if (!json.onlyStrings) {
            throw place.fault("a JSON list here has something other than strings", "put each in double quotes");
        }
        return Optional.of(words);
    }

    private boolean more() {
        blanks();
        return at < text.length();
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean take(char c) {
        blanks();
        boolean here = at < text.length() && text.charAt(at) == c;
        at += here ? 1 : 0;
        return here;
    }

    private boolean list(List<String> words, int depth) {
        if (depth > DEEPEST || !take('[')) {
            return false;
        }
        if (take(']')) {
            return true;
        }
        do {
            blanks();
            if (text.startsWith("\"", at)) {
                StringBuilder word = new StringBuilder();
                if (!string(word)) {
                    return false;
                }
                words.add(word.toString());
            } else {
                onlyStrings = false;
                if (!value(depth)) {
                    return false;
                }
            }
        } while (take(','));
        return take(']');
    }

    private boolean value(int depth) {
        blanks();
        if (text.startsWith("[", at)) {
            return list(new ArrayList<>(), depth + 1);
        }
        if (text.startsWith("{", at)) {
            return object(depth + 1);
        }
        if (text.startsWith("\"", at)) {
            return string(new StringBuilder());
        }
        int from = at;
        while (at < text.length() && "+-.eE".indexOf(text.charAt(at)) >= 0
                || at < text.length() && Character.isLetterOrDigit(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at).matches("true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    }

    private boolean object(int depth) {
        if (depth > DEEPEST || !take('{')) {
            return false;
        }
        if (take('}')) {
            return true;
        }
        do {
            blanks();
            if (!string(new StringBuilder()) || !take(':') || !value(depth)) {
                return false;
            }
        } while (take(','));
        return take('}');
    }

    private boolean string(StringBuilder word) {
        if (!take('"')) {
            return false;
        }
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return true;
            }
            if (c < ' ' || c == '\\' && !escaped(word)) {
                return false;
            }
            if (c != '\\') {
                word.append(c);
            }
        }
        return false;
    }

    private boolean escaped(StringBuilder word) {
        if (at == text.length()) {
            return false;
        }
        char c = text.charAt(at++);
        int place = "\"\\/bfnrt".indexOf(c);
        if (place >= 0) {
            word.append("\"\\/\b\f\n\r\t".charAt(place));
            return true;
        }
        if (c != 'u' || at + 4 > text.length() || !text.substring(at, at + 4).matches("[0-9a-fA-F]{4}")) {
            return false;
        }
        word.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
        at += 4;
        return true;
    }
}
