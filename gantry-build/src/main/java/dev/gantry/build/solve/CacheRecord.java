package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.image.Layers;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one vertex has made, as a text that says itself whether it is whole.
record CacheRecord(Digest key, String description, long bytes, Instant created, List<Result.Root> results) {
    private static final String FIRST = "gantry build cache 1";
    private static final String LAST = "end";

    CacheRecord {
        results = List.copyOf(results);
        description = description.replaceAll("\\p{Cntrl}", " ");
    }

    String id() {
        return key.hex().substring(0, 25);
    }

    String text() {
        StringBuilder text = new StringBuilder(FIRST + "\n" + key + "\n" + description + "\n" + bytes + "\n" + created);
        for (Result.Root root : results) {
            text.append("\nroot ").append(root.time());
            root.layers()
                    .forEach(l -> text.append("\nlayer ")
                            .append(l.diffId())
                            .append(' ')
                            .append(l.blob().digest())
                            .append(' ')
                            .append(l.blob().size())
                            .append(' ')
                            .append(l.blob().mediaType()));
        }
        return text.append('\n').append(LAST).append('\n').toString();
    }

    /// Empty when it is cut, or of another version.
    static Optional<CacheRecord> parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.size() < 6
                || !lines.getFirst().equals(FIRST)
                || !lines.getLast().equals(LAST)) {
            return Optional.empty();
        }
        try {
            List<Result.Root> roots = new ArrayList<>();
            List<Layers.Layer> layers = new ArrayList<>();
            Instant time = Instant.EPOCH;
            boolean any = false;
            for (String line : lines.subList(5, lines.size())) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "layer" ->
                        layers.add(new Layers.Layer(
                                Descriptor.of(words[4], Digest.parse(words[2]), Long.parseLong(words[3])),
                                Digest.parse(words[1])));
                    default -> {
                        if (any) {
                            roots.add(new Result.Root(layers, time));
                        }
                        layers = new ArrayList<>();
                        any = words[0].equals("root");
                        time = any ? Instant.parse(words[1]) : time;
                    }
                }
            }
            return Optional.of(new CacheRecord(
                    Digest.parse(lines.get(1)),
                    lines.get(2),
                    Long.parseLong(lines.get(3)),
                    Instant.parse(lines.get(4)),
                    roots));
        } catch (IllegalArgumentException
                | DateTimeException
                | IndexOutOfBoundsException
                | dev.gantry.base.InvalidArgument e) {
            return Optional.empty();
        }
    }
}
