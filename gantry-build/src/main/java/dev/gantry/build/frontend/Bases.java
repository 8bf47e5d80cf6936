package dev.gantry.build.frontend;

import dev.gantry.base.Platform;
import dev.gantry.build.graph.Op;
import java.util.Map;

/// Where the images are known that others are built on.
public interface Bases {
    /// An image for a platform.
    ///
    /// @param reference as a user writes it
    /// @throws dev.gantry.base.NotFound if there is none of that name
    Base find(String reference, Platform platform, Op.Pull pull);

    /// @param reference by which the graph names it: one with a digest, or the name when the image has none
    /// @param document its configuration, OCI image-spec 1.1 §config, with all fields
    record Base(String reference, Platform platform, Map<String, Object> document) {
        public Base {
            document = Map.copyOf(document);
        }
    }
}
