package dev.gantry.build.frontend;

import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.ImagePlan;
import java.util.List;

/// Where the files of a name come from: those of the build itself, or those of `--build-context`.
public sealed interface Context {
    /// A directory that whoever asked for the build has.
    ///
    /// @param name by which the session or the request knows it
    /// @param ignored patterns of its `.dockerignore`
    record Local(String name, List<String> ignored) implements Context {
        public Local {
            ignored = List.copyOf(ignored);
        }
    }

    /// What a vertex makes, such as a checkout.
    record Tree(Files files) implements Context {}

    /// An image by its name.
    record Image(String reference) implements Context {}

    /// An image that another build makes.
    record Built(ImagePlan image) implements Context {}
}
