package dev.gantry.cli;

/// What commands need and modules below do: given by whoever wires the commands.
public record Extras(Engines engines, Planner planner) {
    /// Compiles the text of an OCI `config.json` whose bundle is in `directory`, and prints the launch plan.
    @FunctionalInterface
    public interface Planner {
        String plan(String config, String directory);
    }
}
