package dev.gantry.build.dockerfile;

import java.util.List;

/// A `FROM` and what follows it up to the next.
public record Stage(Instruction.From from, List<Instruction> instructions) {
    public Stage {
        instructions = List.copyOf(instructions);
    }
}
