package dev.gantry.build.dockerfile;

import java.util.List;

/// What is to be run.
///
/// @param exec whether it is a JSON list, which no shell sees; otherwise there is one word, for the shell
public record Command(boolean exec, List<String> words) {
    public Command {
        words = List.copyOf(words);
    }
}
