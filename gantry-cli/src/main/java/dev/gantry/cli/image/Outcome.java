package dev.gantry.cli.image;

import dev.gantry.api.image.ErrorDetail;
import dev.gantry.api.image.Progress;
import dev.gantry.cli.Invocation;
import dev.gantry.cli.format.Json;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a build has come to, by the lines of its answer.
final class Outcome {
    private final StringBuilder kept = new StringBuilder();
    private String id = "";
    private @Nullable ErrorDetail failure;

    /// Writes the image's id somewhere.
    @FunctionalInterface
    interface IdFile {
        void write(String id) throws IOException;
    }

    boolean hasFailed() {
        return failure != null;
    }

    String id() {
        return id;
    }

    /// @param shown who sees it at once; null: it is kept to the end
    void take(Progress line, @Nullable Consumer<String> shown) {
        if (line.errorDetail() != null) {
            failure = line.errorDetail();
        } else if (line.error() != null) {
            failure = new ErrorDetail(null, line.error());
        } else if (line.aux() != null) {
            if (Json.read(line.aux()) instanceof Map<?, ?> aux && aux.get("ID") instanceof String told) {
                id = told;
            }
        } else if (line.stream() != null || line.status() != null) {
            String text = line.stream() == null ? line.status() + "\n" : line.stream();
            if (shown == null) {
                kept.append(text);
            } else {
                shown.accept(text);
            }
        }
    }

    /// Tells the end, and answers the exit code: that of the RUN that failed.
    int end(Invocation call, IdFile file) throws IOException {
        if (failure != null) {
            if (!kept.isEmpty()) {
                call.note(kept.toString().stripTrailing());
            }
            call.note("gantry: " + failure.message());
            return failure.code() == null || failure.code() == 0 ? 1 : failure.code();
        }
        call.printRaw(kept.toString());
        if (call.args().isGiven("iidfile")) {
            file.write(id.isEmpty() ? kept.toString().strip() : id);
        }
        return 0;
    }
}
