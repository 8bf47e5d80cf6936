package dev.gantry.build.dockerfile;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Replaces variables in words: `$name`, `${name}` and those forms of it that the shell has for defaults, for what
/// must be set, for prefixes and suffixes, and for replacing. Quotes and escape characters go.
///
/// One is for one build: what all its words together may cost is bounded, so that no few lines make a large text.
public final class Expander {
    private static final long MOST = 32L << 20;

    private final char escape;
    private long left = MOST;

    public Expander(char escape) {
        this.escape = escape;
    }

    /// @param used names that have a value and were asked for
    /// @param unset names that have none, where no default is written for them
    public record Expanded(String text, Set<String> used, Set<String> unset) {
        public Expanded {
            used = Set.copyOf(used);
            unset = Set.copyOf(unset);
        }
    }

    /// @param words divided at blanks that are not quoted, also at those of values
    public record ExpandedWords(List<String> words, Set<String> unset) {
        public ExpandedWords {
            words = List.copyOf(words);
            unset = Set.copyOf(unset);
        }
    }

    public Expanded word(Word word, Function<String, Optional<String>> variables) {
        Expansion expansion = new Expansion(word, escape, true, variables, this);
        return expansion.all();
    }

    public ExpandedWords words(Word word, Function<String, Optional<String>> variables) {
        Expansion expansion = new Expansion(word, escape, true, variables, this);
        Expanded all = expansion.all();
        return new ExpandedWords(expansion.words(), all.unset());
    }

    /// A document: its quotes are text, and a backslash is its escape character whatever the file's is.
    public Expanded document(Heredoc document, Function<String, Optional<String>> variables) {
        return new Expansion(new Word(document.text(), document.place()), '\\', false, variables, this).all();
    }

    /// Counts what else a few words make much of, such as a range of ports.
    ///
    /// @param cost about as many bytes
    public void spend(long cost, Place place) {
        left -= cost;
        if (left < 0) {
            throw place.fault(
                    "what comes of this Dockerfile is larger than " + (MOST >> 20) + " MiB",
                    "do not let values, ports, stages or steps grow again and again");
        }
    }
}
