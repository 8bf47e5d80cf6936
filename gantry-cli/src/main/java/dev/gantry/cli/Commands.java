package dev.gantry.cli;

import dev.gantry.base.InvalidArgument;
import dev.gantry.cli.container.PsCommand;
import dev.gantry.cli.system.VersionCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The table of commands. Only the one that is asked for is built.
public final class Commands {
    /// Long forms of the docker client: `container ls` is `ps`.
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("container ls", "ps"),
            Map.entry("container list", "ps"),
            Map.entry("container ps", "ps"),
            Map.entry("container remove", "rm"),
            Map.entry("image ls", "images"),
            Map.entry("image list", "images"),
            Map.entry("image rm", "rmi"),
            Map.entry("image remove", "rmi"));

    private static final List<String> OF_CONTAINERS = List.of(
            "attach", "create", "exec", "inspect", "kill", "logs", "rename", "restart", "rm", "run", "start", "stop",
            "wait");
    private static final List<String> OF_IMAGES =
            List.of("history", "import", "inspect", "load", "pull", "save", "tag");
    private static final List<String> OF_THE_SYSTEM = List.of("events", "info");

    private Commands() {}

    /// A command and what follows its name.
    public record Found(Command command, List<String> arguments) {}

    public static Found find(List<String> words) {
        String first = words.getFirst();
        List<String> rest = words.subList(1, words.size());
        if (first.equals("help")) {
            return rest.isEmpty()
                    ? new Found(new HelpCommand(), rest)
                    : new Found(find(rest).command(), List.of("--help"));
        }
        if (List.of("container", "image", "system").contains(first) && !rest.isEmpty()) {
            String second = rest.getFirst();
            String name = SYNONYMS.getOrDefault(first + " " + second, second);
            boolean belongs = SYNONYMS.containsKey(first + " " + second)
                    || switch (first) {
                        case "container" -> OF_CONTAINERS.contains(second);
                        case "image" -> OF_IMAGES.contains(second);
                        default -> OF_THE_SYSTEM.contains(second);
                    };
            Optional<Command> command = belongs ? byName(name) : Optional.empty();
            return new Found(command.orElseThrow(() -> unknown(first + " " + second)), rest.subList(1, rest.size()));
        }
        return new Found(byName(first).orElseThrow(() -> unknown(first)), rest);
    }

    /// Every command, for help and tests.
    public static Stream<Command> all() {
        return NAMES.stream().map(name -> byName(name).orElseThrow());
    }

    static String help() {
        StringBuilder text = new StringBuilder(
                "Usage: gantry [-H ADDRESS] COMMAND\n\nRun, build and ship containers.\n\nCommands:\n");
        all().forEach(c -> text.append("  ")
                .append(c.line().command())
                .repeat(' ', 10 - c.line().command().length())
                .append(c.line().summary())
                .append('\n'));
        text.append("  daemon    Run the engine in the foreground; without it the first command starts one\n");
        text.append("\nGlobal options:\n");
        text.append(
                "  -H, --host ADDRESS   Engine to speak to: unix:///path or tcp://host:port (GANTRY_HOST, DOCKER_HOST)\n");
        text.append("  -v, --version        Print the version\n");
        text.append("\nMore about a command: gantry COMMAND --help\n");
        return text.toString();
    }

    private static final List<String> NAMES = List.of("ps", "version");

    private static Optional<Command> byName(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "ps" -> new PsCommand();
                    case "version" -> new VersionCommand();
                    default -> null;
                });
    }

    private static InvalidArgument unknown(String name) {
        return new InvalidArgument("read the command line", "there is no command '" + name + "'", "see gantry --help");
    }
}
