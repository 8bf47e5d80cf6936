package dev.gantry.build.graph;

import dev.gantry.base.Platform;
import java.util.List;
import java.util.Map;

/// An image that a build makes for one platform.
///
/// @param root of the image; its layers are those of the vertices that it is made of
/// @param config the `config` object of its configuration, OCI image-spec 1.1 §config
/// @param history in the order of the Dockerfile, that of the base first
/// @param author of the whole image; empty: nobody says so
public record ImagePlan(Files root, Platform platform, Map<String, Object> config, List<Step> history, String author) {
    public ImagePlan {
        config = Map.copyOf(config);
        history = List.copyOf(history);
    }

    /// @param createdBy the instruction, as `docker history` shows it
    /// @param empty whether it has made no layer
    /// @param from of the base image: this step is known in its history already and is taken from there as it is
    public record Step(String createdBy, String author, String comment, boolean empty, Map<String, Object> from) {
        public Step {
            from = Map.copyOf(from);
        }
    }
}
