package dev.gantry.build.dockerfile;

import java.util.List;

/// A Dockerfile as it is written.
///
/// @param globals the `ARG`s before the first stage
/// @param emptyContinuations where an instruction of several lines has an empty one
public record Dockerfile(
        Directives directives, List<Instruction.Arg> globals, List<Stage> stages, List<Place> emptyContinuations) {
    public Dockerfile {
        globals = List.copyOf(globals);
        stages = List.copyOf(stages);
        emptyContinuations = List.copyOf(emptyContinuations);
    }

    /// Reads one; what is malformed is refused with its line and column.
    public static Dockerfile parse(String text) {
        return DockerfileReader.read(text);
    }

    /// Reads one instruction that an image keeps for those that are built on it.
    public static Instruction trigger(String expression, char escape) {
        return DockerfileReader.trigger(expression, escape);
    }
}
