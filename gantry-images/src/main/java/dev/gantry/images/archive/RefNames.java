package dev.gantry.images.archive;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The names that an archive gives its images. One that cannot be read as a reference is no name; the
/// image is still good.
final class RefNames {
    static final String FULL_NAME = "io.containerd.image.name";
    static final String REF_NAME = "org.opencontainers.image.ref.name";

    private RefNames() {}

    /// From the annotations in `index.json`. OCI image-spec 1.1 §annotations "ref.name" is free text:
    /// mostly a tag alone, which names nothing, but tools that copy one image write `debian:12` or
    /// `debian` there.
    static List<Reference.Tagged> of(Map<String, String> annotations) {
        String full = annotations.getOrDefault(FULL_NAME, "");
        if (!full.isEmpty()) {
            return tagged(full);
        }
        String ref = annotations.getOrDefault(REF_NAME, "");
        boolean looksLikeTag = !ref.contains(":") && !ref.contains("/") && !ref.matches("[a-z][a-z-]*[0-9]?");
        return ref.isEmpty() || ref.equals(Reference.DEFAULT_TAG) || looksLikeTag || ref.matches("v[0-9]?")
                ? List.of()
                : tagged(ref);
    }

    static List<Reference.Tagged> ofTags(@Nullable List<String> tags) {
        List<Reference.Tagged> names = new ArrayList<>();
        for (String tag : Objects.requireNonNullElse(tags, List.<String>of())) {
            names.addAll(tagged(tag));
        }
        return names;
    }

    private static List<Reference.Tagged> tagged(String text) {
        try {
            return Reference.parse(text) instanceof Reference.Tagged t ? List.of(t) : List.of();
        } catch (InvalidArgument _) {
            return List.of();
        }
    }
}
