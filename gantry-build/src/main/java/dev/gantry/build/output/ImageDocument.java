package dev.gantry.build.output;

import dev.gantry.build.graph.ImagePlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The configuration of an image that was planned, OCI image-spec 1.1 §config, but for what it says of layers.
public final class ImageDocument {
    private ImageDocument() {}

    /// @param time of the image and of each of its new steps
    public static Map<String, Object> of(ImagePlan plan, Instant time) {
        Map<String, Object> document = new TreeMap<>();
        document.put("created", time.toString());
        document.put("architecture", plan.platform().architecture());
        document.put("os", plan.platform().os());
        put(document, "variant", plan.platform().variant());
        put(document, "author", plan.author());
        document.put("config", plan.config());
        List<Object> history = new ArrayList<>();
        for (ImagePlan.Step step : plan.history()) {
            history.add(step.from().isEmpty() ? made(step, time) : step.from());
        }
        document.put("history", history);
        return document;
    }

    private static Map<String, Object> made(ImagePlan.Step step, Instant time) {
        Map<String, Object> made = new TreeMap<>();
        made.put("created", time.toString());
        made.put("created_by", step.createdBy());
        put(made, "author", step.author());
        put(made, "comment", step.comment());
        if (step.empty()) {
            made.put("empty_layer", true);
        }
        return made;
    }

    private static void put(Map<String, Object> document, String name, String value) {
        if (!value.isEmpty()) {
            document.put(name, value);
        }
    }
}
