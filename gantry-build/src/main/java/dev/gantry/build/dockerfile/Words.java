package dev.gantry.build.dockerfile;

import java.util.ArrayList;
import java.util.List;

/// Divides a line into words that know where they are.
final class Words {
    private final LogicalLine line;
    private final String text;
    private final char escape;

    Words(LogicalLine line, char escape) {
        this.line = line;
        this.text = line.text();
        this.escape = escape;
    }

    int skipBlanks(int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private int skipWord(int from) {
        int at = from;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /// From the first character that is no blank to the end of the line.
    Word rest(int from) {
        int start = skipBlanks(from);
        return new Word(text.substring(start), line.at(start));
    }

    /// The next word between blanks, whatever is in it.
    Word plain(int from) {
        int start = skipBlanks(from);
        return new Word(text.substring(start, skipWord(start)), line.at(start));
    }

    /// Where the word ends that begins at or after `from`.
    int endOfPlain(int from) {
        return skipWord(skipBlanks(from));
    }

    List<Word> allPlain(int from) {
        List<Word> words = new ArrayList<>();
        for (int at = skipBlanks(from); at < text.length(); at = skipBlanks(endOfPlain(at))) {
            words.add(plain(at));
        }
        return words;
    }

    /// Words in which quotes and the escape character keep blanks; they stay as they are written.
    List<Word> allQuoted(int from) {
        List<Word> words = new ArrayList<>();
        for (int at = skipBlanks(from); at < text.length(); ) {
            int end = endOfQuoted(at);
            words.add(new Word(text.substring(at, end), line.at(at)));
            at = skipBlanks(end);
        }
        return words;
    }

    private int endOfQuoted(int from) {
        char quote = 0;
        int at = from;
        while (at < text.length() && (quote != 0 || !Character.isWhitespace(text.charAt(at)))) {
            char c = text.charAt(at);
            if (c == escape) {
                at++;
            } else if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '"' || c == '\'') {
                quote = c;
            }
            at++;
        }
        return Math.min(at, text.length());
    }

    /// A flag at this place, without its quotes and escape characters.
    Word flag(int from) {
        int end = endOfQuoted(from);
        StringBuilder plain = new StringBuilder();
        char quote = 0;
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            if (c == escape && i + 1 < end) {
                plain.append(text.charAt(++i));
            } else if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else {
                plain.append(c);
            }
        }
        return new Word(plain.toString(), line.at(from));
    }

    int endOfFlag(int from) {
        return endOfQuoted(from);
    }

    boolean startsWith(String prefix, int at) {
        return text.startsWith(prefix, at);
    }

    String text() {
        return text;
    }

    Place at(int offset) {
        return line.at(offset);
    }
}
