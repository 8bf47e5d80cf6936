package dev.gantry.buildkit.control;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gantry.base.GantryException;
import dev.gantry.build.dockerfile.Dockerfile;
import dev.gantry.build.dockerfile.Place;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import pb.Position;
import pb.Range;
import pb.SourceInfo;

/// The Dockerfile of a build, for who shows where something is.
record SourceText(String name, String text) {
    static final SourceText NONE = new SourceText("", "");

    private static final Pattern PLACE = Pattern.compile("read the Dockerfile at ([0-9]+):([0-9]+)");

    SourceInfo info() {
        return place().toBuilder()
                .setData(ByteString.copyFrom(text, StandardCharsets.UTF_8))
                .build();
    }

    /// The same without the text.
    SourceInfo place() {
        return SourceInfo.newBuilder()
                .setFilename(name)
                .setLanguage("Dockerfile")
                .build();
    }

    /// The instruction that begins in this line, as a detail of an error.
    List<Any> at(int line) {
        return line == 0 || text.isEmpty()
                ? List.of()
                : List.of(detail(line, lastLines().getOrDefault(line, line)));
    }

    /// The place that the words of a fault name.
    List<Any> fault(GantryException e) {
        return at(lineOf(e));
    }

    /// 0: they name none.
    int lineOf(GantryException e) {
        Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
        return place.find() ? Integer.parseInt(place.group(1)) : 0;
    }

    /// As documents have it.
    Map<String, Object> location(int line) {
        int last = lastLines().getOrDefault(line, line);
        return Map.of(
                "sourceIndex",
                0,
                "ranges",
                List.of(Map.of("start", Map.of("line", line), "end", Map.of("line", last))));
    }

    static Range range(int line, int lastLine) {
        return Range.newBuilder()
                .setStart(Position.newBuilder().setLine(line))
                .setEnd(Position.newBuilder().setLine(Math.max(line, lastLine)))
                .build();
    }

    private Any detail(int line, int lastLine) {
        String data = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        return Failures.any(
                "errdefs.Source+json",
                Map.of(
                        "info", Map.of("filename", name, "data", data, "language", "Dockerfile"),
                        "ranges", List.of(Map.of("start", Map.of("line", line), "end", Map.of("line", lastLine)))));
    }

    private Map<Integer, Integer> lastLines() {
        Map<Integer, Integer> last = new HashMap<>();
        try {
            Dockerfile.parse(text).stages().forEach(stage -> {
                put(last, stage.from().place());
                stage.instructions().forEach(i -> put(last, i.place()));
            });
        } catch (GantryException _) {
            // One that cannot be read has no instructions.
        }
        return last;
    }

    private static void put(Map<Integer, Integer> last, Place place) {
        last.put(place.line(), place.lastLine());
    }
}
