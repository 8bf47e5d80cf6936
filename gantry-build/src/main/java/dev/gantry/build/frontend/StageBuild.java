package dev.gantry.build.frontend;

import dev.gantry.base.Platform;
import dev.gantry.build.graph.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What is known of a stage at one of its instructions.
final class StageBuild {
    final int number;

    /// As progress shows it; empty when there is only one.
    final String shown;

    final Platform platform;
    final boolean ignoreCache;
    final ImageDraft image;

    /// What instructions see: that of the image, and arguments.
    final Map<String, String> env;

    /// Declared so far, with their values where they have some; in their order, as a history names them.
    final Map<String, Optional<String>> arguments;

    Files root;
    boolean workdirWritten;
    int steps;
    int done;

    StageBuild(
            int number,
            String shown,
            Platform platform,
            boolean ignoreCache,
            ImageDraft image,
            Files root,
            Map<String, String> env,
            Map<String, Optional<String>> arguments) {
        this.number = number;
        this.shown = shown;
        this.platform = platform;
        this.ignoreCache = ignoreCache;
        this.image = image;
        this.root = root;
        this.env = new LinkedHashMap<>(env);
        this.arguments = new LinkedHashMap<>(arguments);
    }

    String workdir() {
        String path = image.text("WorkingDir");
        return path.isEmpty() ? "/" : path;
    }

    /// `[name 2/5] `
    String nextStep() {
        done++;
        return "[" + (shown.isEmpty() ? "" : shown + " ") + done + "/" + steps + "] ";
    }
}
