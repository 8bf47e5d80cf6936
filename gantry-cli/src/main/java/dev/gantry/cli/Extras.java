package dev.gantry.cli;

/// What commands need and modules below do: given by whoever wires the commands.
public record Extras(Engines engines, OciRuntime runtime) {
    /// The part of the OCI runtime that explains, and changes nothing.
    public interface OciRuntime {
        /// Compiles the text of a `config.json` whose bundle is in `directory`, and prints the launch plan.
        String plan(String config, String directory);

        /// The `config.json` of a container whose user says nothing.
        String spec();
    }
}
