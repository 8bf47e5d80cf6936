package dev.gantry.build.dockerfile;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// One instruction of a Dockerfile, with its variables not yet replaced.
public sealed interface Instruction {
    Head head();

    default Place place() {
        return head().place();
    }

    /// @param name of the stage, in lower case, as `written` is in `nameWritten`
    /// @param as the word `AS` as it is written; empty when the stage has no name
    record From(Head head, Optional<Flag> platform, Word base, String name, String nameWritten, String as)
            implements Instruction {}

    /// @param value absent: none but what a user gives
    record Variable(String name, Optional<String> value, Place place) {}

    record Arg(Head head, List<Variable> variables) implements Instruction {
        public Arg {
            variables = List.copyOf(variables);
        }
    }

    /// @param old whether it is written `name value`
    record Pair(Word name, Word value, boolean old) {}

    record Env(Head head, List<Pair> pairs) implements Instruction {
        public Env {
            pairs = List.copyOf(pairs);
        }
    }

    record Label(Head head, List<Pair> pairs) implements Instruction {
        public Label {
            pairs = List.copyOf(pairs);
        }
    }

    /// @param documents those that belong to `command`, in their order
    record Run(Head head, Flags flags, List<MountFlag> mounts, Command command, Place at, List<Heredoc> documents)
            implements Instruction {
        public Run {
            mounts = List.copyOf(mounts);
            documents = List.copyOf(documents);
        }
    }

    /// `COPY` and `ADD`.
    ///
    /// @param sources those that are no documents
    record Copy(Head head, boolean add, Flags flags, List<Word> sources, List<Heredoc> documents, Word destination)
            implements Instruction {
        public Copy {
            sources = List.copyOf(sources);
            documents = List.copyOf(documents);
        }
    }

    record Cmd(Head head, Command command) implements Instruction {}

    record Entrypoint(Head head, Command command) implements Instruction {}

    record Shell(Head head, List<String> words) implements Instruction {
        public Shell {
            words = List.copyOf(words);
        }
    }

    record Workdir(Head head, Word path) implements Instruction {}

    record User(Head head, Word user) implements Instruction {}

    record Expose(Head head, List<Word> ports) implements Instruction {
        public Expose {
            ports = List.copyOf(ports);
        }
    }

    record Volume(Head head, List<Word> paths) implements Instruction {
        public Volume {
            paths = List.copyOf(paths);
        }
    }

    record StopSignal(Head head, Word signal) implements Instruction {}

    record Maintainer(Head head, String name) implements Instruction {}

    /// Durations are nanoseconds; 0 says nothing.
    ///
    /// @param command absent: `NONE`
    record HealthCheck(
            Head head,
            Optional<Command> command,
            long interval,
            long timeout,
            long startPeriod,
            long startInterval,
            OptionalInt retries)
            implements Instruction {}

    /// @param expression the instruction as an image keeps it
    record OnBuild(Head head, String expression, Instruction instruction) implements Instruction {}
}
