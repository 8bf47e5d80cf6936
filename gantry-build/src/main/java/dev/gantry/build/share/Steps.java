package dev.gantry.build.share;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.build.solve.Result;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.image.Layers;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What steps have made, by their keys, as a document for others. It says nothing of what the steps were: a command or
/// an argument may be nobody's business.
///
/// ```
/// gantry build cache 1
/// step sha256:…
/// root 1980-01-01T00:00:00Z
/// layer DIFFID DIGEST SIZE TYPE
/// end
/// ```
final class Steps {
    static final String TYPE = "application/vnd.gantry.buildcache.v1";

    private static final String FIRST = "gantry build cache 1";
    private static final String LAST = "end";

    /// A registry may say what it likes.
    private static final int MOST = 200_000;

    private final Map<Digest, List<Result.Root>> known;

    Steps(Map<Digest, List<Result.Root>> known) {
        this.known = Map.copyOf(known);
    }

    Map<Digest, List<Result.Root>> known() {
        return known;
    }

    /// Each layer once.
    List<Descriptor> layers() {
        Map<Digest, Descriptor> all = new LinkedHashMap<>();
        sorted().flatMap(e -> e.getValue().stream())
                .flatMap(root -> root.layers().stream())
                .forEach(layer -> all.putIfAbsent(layer.blob().digest(), layer.blob()));
        return List.copyOf(all.values());
    }

    /// The same steps give the same bytes.
    byte[] document() {
        var text = new StringBuilder(FIRST).append('\n');
        sorted().forEach(step -> {
            text.append("step ").append(step.getKey()).append('\n');
            for (Result.Root root : step.getValue()) {
                text.append("root ").append(root.time()).append('\n');
                for (Layers.Layer layer : root.layers()) {
                    Descriptor blob = layer.blob();
                    text.append("layer " + layer.diffId() + " " + blob.digest() + " " + blob.size() + " "
                            + blob.mediaType() + "\n");
                }
            }
        });
        return text.append(LAST).append('\n').toString().getBytes(UTF_8);
    }

    private Stream<Map.Entry<Digest, List<Result.Root>>> sorted() {
        var all = new TreeMap<String, Map.Entry<Digest, List<Result.Root>>>();
        known.entrySet().forEach(e -> all.put(e.getKey().toString(), e));
        return all.values().stream();
    }

    /// @param name where the document is, for messages
    static Steps read(byte[] document, String name) {
        List<String> lines = new String(document, UTF_8).lines().toList();
        if (lines.size() < 2
                || lines.size() > MOST
                || !lines.getFirst().equals(FIRST)
                || !lines.getLast().equals(LAST)) {
            throw damaged(name, new IllegalArgumentException("it is cut, too long, or of another version"));
        }
        try {
            var reading = new Reading();
            lines.subList(1, lines.size()).forEach(reading::line);
            return new Steps(reading.known);
        } catch (IllegalArgumentException | DateTimeException | IndexOutOfBoundsException | InvalidArgument e) {
            throw damaged(name, e);
        }
    }

    private static InvalidArgument damaged(String name, Exception cause) {
        return new InvalidArgument(
                "read the build cache " + name,
                "it is no list of steps as this version writes it",
                "export it again",
                cause);
    }

    private static final class Reading {
        final Map<Digest, List<Result.Root>> known = new LinkedHashMap<>();
        private final List<Result.Root> roots = new ArrayList<>();
        private final List<Layers.Layer> layers = new ArrayList<>();
        private String key = "";
        private String time = "";

        void line(String line) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "step" -> {
                    endStep();
                    key = words[1];
                }
                case "root" -> {
                    endRoot();
                    time = words[1];
                }
                case "layer" ->
                    layers.add(new Layers.Layer(
                            Descriptor.of(words[4], Digest.parse(words[2]), Long.parseUnsignedLong(words[3])),
                            Digest.parse(words[1])));
                case LAST -> endStep();
                default -> throw new IllegalArgumentException(line);
            }
        }

        private void endRoot() {
            if (!time.isEmpty()) {
                roots.add(new Result.Root(layers, Instant.parse(time)));
            } else if (!layers.isEmpty()) {
                throw new IllegalArgumentException("a layer of no root");
            }
            time = "";
            layers.clear();
        }

        private void endStep() {
            endRoot();
            if (!key.isEmpty()) {
                known.put(Digest.parse(key), List.copyOf(roots));
            } else if (!roots.isEmpty()) {
                throw new IllegalArgumentException("a root of no step");
            }
            key = "";
            roots.clear();
        }
    }
}
