package dev.gantry.docker.build;

import dev.gantry.api.image.ErrorDetail;
import dev.gantry.api.image.Progress;
import dev.gantry.api.json.Wire;
import dev.gantry.base.Reference;
import dev.gantry.build.BuildListener;
import dev.gantry.build.check.Finding;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.solve.Event;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A build as the lines of the classic builder: steps one after the other, although they are done at the same time.
/// What a later one says is kept until its turn.
final class BuildLines implements BuildListener {
    /// So much is kept of what nobody is shown yet; of more, its end.
    private static final int KEPT = 1 << 20;

    private final OutputStream out;
    private final boolean quiet;

    /// Guards what follows, and the lines.
    private final Object lock = new Object();

    private final Map<Vertex, StringBuilder> kept = new HashMap<>();
    private final Map<Source, Utf8Pieces> texts = new HashMap<>();
    private final Map<Vertex, Boolean> over = new HashMap<>();
    private final StringBuilder silent = new StringBuilder();
    private List<Vertex> steps = List.of();
    private int turn;

    private record Source(Vertex vertex, int stream) {}

    BuildLines(OutputStream out, boolean quiet) {
        this.out = out;
        this.quiet = quiet;
    }

    @Override
    public void planned(List<Vertex> vertices, List<Finding> findings) {
        synchronized (lock) {
            for (Finding finding : findings) {
                text("[Warning] " + finding + "\n");
            }
            steps = vertices.stream()
                    .filter(v -> !(v.op() instanceof Op.LocalSource))
                    .toList();
            begin();
        }
    }

    @Override
    public void warned(String words) {
        synchronized (lock) {
            text("[Warning] " + words + "\n");
        }
    }

    private void begin() {
        if (turn < steps.size()) {
            text("Step " + (turn + 1) + "/" + steps.size() + " : " + name(steps.get(turn)) + "\n");
        }
    }

    private static String name(Vertex vertex) {
        String name = vertex.toString();
        int from = name.indexOf("] FROM ");
        if (from > 0 && vertex.op() instanceof Op.ImageSource) {
            return "FROM " + familiar(name.substring(from + "] FROM ".length()));
        }
        return name.startsWith("[") && name.indexOf("] ") > 0 ? name.substring(name.indexOf("] ") + 2) : name;
    }

    private static String familiar(String reference) {
        return reference.startsWith("dir:")
                ? reference
                : Reference.parse(reference).familiar();
    }

    @Override
    public void on(Event event) {
        synchronized (lock) {
            if (!steps.contains(event.vertex())) {
                return;
            }
            switch (event) {
                case Event.Started _ -> {}
                case Event.Cached c -> {
                    say(c.vertex(), " ---> Using cache\n");
                    end(c.vertex());
                }
                case Event.Log log ->
                    say(
                            log.vertex(),
                            texts.computeIfAbsent(new Source(log.vertex(), log.stream()), _ -> new Utf8Pieces())
                                    .next(log.bytes()));
                case Event.Done d -> end(d.vertex());
                case Event.Failed f -> end(f.vertex());
            }
        }
    }

    private void say(Vertex vertex, String words) {
        if (turn < steps.size() && vertex.equals(steps.get(turn))) {
            text(words);
        } else {
            keep(kept.computeIfAbsent(vertex, _ -> new StringBuilder()), words);
        }
    }

    private void end(Vertex vertex) {
        over.put(vertex, true);
        while (turn < steps.size() && over.containsKey(steps.get(turn))) {
            turn++;
            begin();
            if (turn < steps.size()) {
                StringBuilder waited = kept.remove(steps.get(turn));
                if (waited != null) {
                    text(waited.toString());
                }
            }
        }
    }

    private void text(String words) {
        if (quiet) {
            keep(silent, words);
        } else {
            write(Progress.stream(words));
        }
    }

    private static void keep(StringBuilder all, String words) {
        all.append(words);
        if (all.length() > 2 * KEPT) {
            all.delete(0, all.length() - KEPT);
        }
    }

    void done(String id, List<Reference.Tagged> names) {
        synchronized (lock) {
            if (quiet) {
                write(Progress.stream(id + "\n"));
                return;
            }
            write(Progress.aux("{\"ID\":\"" + id + "\"}"));
            write(Progress.stream(
                    "Successfully built " + id.substring("sha256:".length()).substring(0, 12) + "\n"));
            for (Reference.Tagged name : names) {
                write(Progress.stream("Successfully tagged " + name.familiar() + "\n"));
            }
        }
    }

    /// The end of a build whose output is no image here.
    void written(String digest) {
        synchronized (lock) {
            if (!quiet) {
                write(Progress.aux("{\"Files\":\"" + digest + "\"}"));
            }
        }
    }

    /// The last line of a build that failed.
    void failed(ErrorDetail detail) throws IOException {
        synchronized (lock) {
            if (quiet) {
                line(Progress.stream(silent.toString()));
            }
            line(new Progress(null, null, null, null, null, detail, detail.message(), null));
        }
    }

    private void write(Progress line) {
        try {
            line(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void line(Progress line) throws IOException {
        out.write(Wire.json().toJsonBytes(line));
        out.write('\r');
        out.write('\n');
        out.flush();
    }
}
