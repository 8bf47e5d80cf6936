package dev.gantry.cli;

import dev.gantry.cli.flag.CommandLine;
import dev.gantry.cli.flag.Flag;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What shells offer after `gantry`: commands and their flags. Made of the table of commands.
final class Completion {
    private Completion() {}

    /// The text of each shell's file.
    static Map<String, String> of(List<CommandLine> commands) {
        return Map.of("bash", bash(commands), "zsh", zsh(commands), "fish", fish(commands));
    }

    private static String bash(List<CommandLine> commands) {
        StringBuilder text = new StringBuilder("""
                # bash completion of gantry
                _gantry() {
                    local cur=${COMP_WORDS[COMP_CWORD]} first=${COMP_WORDS[1]} second=${COMP_WORDS[2]} words
                    case "$COMP_CWORD:$first $second" in
                """);
        Map<String, String> seconds = seconds(commands);
        text.append("    1:*) words='").append(firsts(commands)).append("' ;;\n");
        seconds.forEach((group, words) -> text.append("    2:'")
                .append(group)
                .append(" '*) words='")
                .append(words)
                .append("' ;;\n"));
        for (CommandLine c : commands) {
            text.append("    *:'")
                    .append(c.command())
                    .append(c.command().contains(" ") ? "') words='" : " '*) words='")
                    .append(flags(c))
                    .append("' ;;\n");
        }
        return text.append("""
                    esac
                    COMPREPLY=($(compgen -W "$words" -- "$cur"))
                }
                complete -o default -F _gantry gantry
                """).toString();
    }

    private static String zsh(List<CommandLine> commands) {
        return "#compdef gantry\nautoload -U +X bashcompinit && bashcompinit\n" + bash(commands);
    }

    private static String fish(List<CommandLine> commands) {
        StringBuilder text = new StringBuilder("# fish completion of gantry\n");
        for (CommandLine c : commands) {
            String[] words = c.command().split(" ");
            String when = words.length == 1 ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + words[0];
            text.append("complete -c gantry -n '")
                    .append(when)
                    .append("' -a '")
                    .append(words[words.length - 1])
                    .append("' -d '")
                    .append(c.summary().replace("'", ""))
                    .append("'\n");
        }
        return text.toString();
    }

    private static String firsts(List<CommandLine> commands) {
        return commands.stream().map(c -> c.command().split(" ")[0]).distinct().collect(Collectors.joining(" "));
    }

    private static Map<String, String> seconds(List<CommandLine> commands) {
        Map<String, String> all = new TreeMap<>();
        for (CommandLine c : commands) {
            String[] words = c.command().split(" ");
            if (words.length == 2) {
                all.merge(words[0], words[1], (a, b) -> a + " " + b);
            }
        }
        return all;
    }

    private static String flags(CommandLine c) {
        return c.flags().stream().map(Flag::name).map(n -> "--" + n).collect(Collectors.joining(" "));
    }
}
