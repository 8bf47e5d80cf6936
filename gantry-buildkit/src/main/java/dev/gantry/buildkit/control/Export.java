package dev.gantry.buildkit.control;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.build.output.Made;
import dev.gantry.docker.image.ImageEvents;
import dev.gantry.images.image.Image;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import moby.buildkit.v1.Exporter;
import moby.buildkit.v1.SolveRequest;

/// What becomes of what was built.
final class Export {
    private final ImageEvents told;

    Export(ImageEvents told) {
        this.told = told;
    }

    /// What is asked for; also as older clients write it.
    static List<Exporter> wanted(SolveRequest request) {
        if (request.getExportersCount() > 0 || request.getExporterDeprecated().isEmpty()) {
            return request.getExportersList();
        }
        return List.of(Exporter.newBuilder()
                .setType(request.getExporterDeprecated())
                .putAllAttrs(request.getExporterAttrsDeprecatedMap())
                .build());
    }

    /// Refuses what cannot be done, before anything is.
    static void check(List<Exporter> exporters) {
        for (Exporter exporter : exporters) {
            switch (exporter.getType()) {
                case "image", "moby" -> {
                    names(exporter);
                    exporter.getAttrsMap().keySet().stream()
                            .filter(name -> name.startsWith("annotation"))
                            .findFirst()
                            .ifPresent(name -> {
                                throw new Unsupported(
                                        "export with " + name, "images have no annotations here", "leave it out");
                            });
                }
                default ->
                    throw new Unsupported(
                            "export as " + exporter.getType(),
                            "this engine makes images only yet",
                            "leave --output out");
            }
        }
    }

    private static List<Reference.Tagged> names(Exporter exporter) {
        List<Reference.Tagged> names = new ArrayList<>();
        for (String text : exporter.getAttrsOrDefault("name", "").split(",")) {
            if (text.isBlank()) {
                continue;
            }
            if (!(Reference.parse(text.strip()) instanceof Reference.Tagged tagged)) {
                throw new InvalidArgument("name the image " + text, "a digest is no name", "give a name with a tag");
            }
            names.add(tagged);
        }
        return names.stream().distinct().toList();
    }

    /// @return what the client is told of it
    Map<String, String> export(Job job, Solved solved, List<Exporter> exporters) throws InterruptedException {
        Map<String, String> answer = new LinkedHashMap<>();
        Made made = solved.made();
        for (Exporter exporter : exporters) {
            List<Reference.Tagged> names = names(exporter);
            try (Progress.Step step = job.progress().step("exporting to image")) {
                Image image = made.store(names);
                String id = image.id().digest().toString();
                step.done("writing image " + id, 0);
                for (Reference.Tagged name : names) {
                    told.tagged(id, name);
                    step.done("naming to " + name, 0);
                }
                answer.put("containerimage.digest", id);
                answer.put("containerimage.config.digest", id);
                if (!names.isEmpty()) {
                    answer.put(
                            "image.name",
                            String.join(
                                    ",",
                                    names.stream()
                                            .map(Reference.Tagged::toString)
                                            .toList()));
                }
            }
        }
        return answer;
    }
}
