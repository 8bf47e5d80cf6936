package dev.gantry.cli.image;

import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.JsonLines;
import dev.gantry.api.image.Progress;
import dev.gantry.api.image.ProgressDetail;
import dev.gantry.cli.OutputClosed;
import dev.gantry.cli.format.Words;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Shows a stream of progress: on a terminal each layer keeps its line and a bar, elsewhere each new state is a line.
final class ProgressView {
    private static final int BAR = 40;

    private final OutputStream out;
    private final boolean terminal;
    private final List<String> ids = new ArrayList<>();
    private final Map<String, String> last = new HashMap<>();

    ProgressView(OutputStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /// Shows until the stream ends.
    ///
    /// @throws EngineError when the stream ends with an error
    void follow(InputStream in) throws IOException {
        JsonLines.read(in, Progress.class, this::show);
    }

    private void show(Progress p) {
        if (p.error() != null || p.errorDetail() != null) {
            throw new EngineError(
                    500,
                    p.errorDetail() == null
                            ? String.valueOf(p.error())
                            : p.errorDetail().message());
        }
        if (p.stream() != null) {
            write(p.stream().endsWith("\n") ? p.stream() : p.stream() + "\n");
            ids.clear();
            return;
        }
        String status = p.status() == null ? "" : p.status();
        if (status.isEmpty()) {
            return;
        }
        String id = p.id() == null ? "" : p.id();
        if (id.isEmpty()) {
            write(status + "\n");
            ids.clear();
        } else if (terminal) {
            line(id, id + ": " + status + bar(p.progressDetail()));
        } else if (!status.equals(last.put(id, status))) {
            write(id + ": " + status + "\n");
        }
    }

    /// Writes the line of `id` where it stands: so many lines up, clear, write, and down again.
    private void line(String id, String text) {
        int at = ids.indexOf(id);
        if (at < 0) {
            ids.add(id);
            write(text + "\n");
            return;
        }
        int up = ids.size() - at;
        write("\033[" + up + "A\033[2K\r" + text + "\033[" + up + "B\r");
    }

    private static String bar(@Nullable ProgressDetail detail) {
        if (detail == null || detail.current() == null || detail.current() == 0) {
            return "";
        }
        long current = detail.current();
        Long total = detail.total();
        if (total == null || total <= 0) {
            return "  " + Words.size(current);
        }
        int done = (int) Math.min(BAR, current * BAR / total);
        return "  [" + "=".repeat(done) + (done < BAR ? ">" : "") + " ".repeat(Math.max(0, BAR - done - 1)) + "]  "
                + Words.size(current) + "/" + Words.size(total);
    }

    private void write(String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new OutputClosed(e);
        }
    }
}
