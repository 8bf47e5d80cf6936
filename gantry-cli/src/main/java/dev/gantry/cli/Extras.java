package dev.gantry.cli;

import dev.gantry.api.client.EngineClient;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What commands need and modules below do: given by whoever wires the commands.
public record Extras(Engines engines, OciRuntime runtime, Installation installation, Migration migration) {
    /// Brings what another engine has left on this host to an engine of ours.
    public interface Migration {
        /// @param from the data root of a dockerd that does not run
        /// @param look nothing is moved
        /// @param tell takes a line for each thing, then the report
        /// @return how many things could not be moved
        int docker(String from, EngineClient engine, boolean look, Consumer<String> tell);
    }

    /// Puts Gantry into a system, and takes it out again; `root` is where the system is. What was done, in lines.
    public interface Installation {
        List<String> install(String root, String group, Map<String, String> completions);

        List<String> uninstall(String root);
    }

    /// The part of the OCI runtime that explains, and changes nothing.
    public interface OciRuntime {
        /// Compiles the text of a `config.json` whose bundle is in `directory`, and prints the launch plan.
        String plan(String config, String directory);

        /// The `config.json` of a container whose user says nothing.
        String spec();
    }
}
