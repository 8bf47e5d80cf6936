package dev.gantry.images.content;

import dev.gantry.base.InvalidArgument;

/// The name of a transfer into the store, such as `layer-sha256-9f86…`: file-name safe, at most 128 characters.
public record IngestName(String text) {
    public IngestName {
        if (!text.matches("[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}")) {
            throw new InvalidArgument(
                    "name ingest " + text, "expected letters, digits, dot, dash", "choose another name");
        }
    }
}
