package dev.gantry.buildkit.control;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.build.Builder;
import dev.gantry.build.output.Made;
import dev.gantry.build.output.Output;
import dev.gantry.build.share.RegistryCaches;
import dev.gantry.buildkit.session.ClientStream;
import dev.gantry.buildkit.session.Session;
import dev.gantry.buildkit.session.SessionMethods;
import dev.gantry.buildkit.sync.Sender;
import dev.gantry.docker.image.ImageEvents;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.Images;
import dev.gantry.images.progress.ProgressListener;
import io.grpc.Metadata;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import moby.buildkit.v1.Exporter;
import moby.buildkit.v1.SolveRequest;
import moby.filesync.v1.BytesMessage;

/// What becomes of what was built.
final class Export {
    private static final Metadata.Key<String> NUMBER =
            Metadata.Key.of("buildkit-attachable-exporter-id", Metadata.ASCII_STRING_MARSHALLER);

    /// Attributes that say what is done in any case, or what makes no difference here.
    private static final Set<String> PASSED_OVER = Set.of(
            "name",
            "push",
            "unpack",
            "store",
            "dest",
            "tar",
            "context",
            "oci-mediatypes",
            "prefer-image-digest",
            "name-canonical",
            "dangling-name-prefix",
            "danglingPrefix",
            "buildinfo",
            "buildinfo-attrs",
            "platform-split");

    /// Yes or no, of which one is done in any case.
    private static final Map<String, Boolean> ONE_WAY = Map.of("tar", true, "store", true, "platform-split", false);

    private final Builder builder;
    private final Images images;
    private final ImageEvents told;

    Export(Builder builder, Images images, ImageEvents told) {
        this.builder = builder;
        this.images = images;
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
            String type = exporter.getType();
            if (!Set.of("image", "moby", "local", "tar", "oci", "docker", "cacheonly")
                    .contains(type)) {
                throw new Unsupported(
                        "export as " + type, "nobody here knows it", "use image, local, tar, oci or docker");
            }
            names(exporter);
            pushes(exporter);
            exporter.getAttrsMap().forEach((name, value) -> {
                boolean one = !ONE_WAY.containsKey(name) || ONE_WAY.get(name) == Flags.flag(name, value);
                if (!PASSED_OVER.contains(name) || !one) {
                    throw new Unsupported(
                            "export with " + name + "=" + value, "outputs are written in one way here", "leave it out");
                }
            });
        }
    }

    static boolean pushes(Exporter exporter) {
        return exporter.containsAttrs("push") && Flags.flag("push", exporter.getAttrsOrThrow("push"));
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
    Map<String, String> export(Job job, Solved solved, List<Exporter> exporters, CacheWishes caches)
            throws InterruptedException {
        Map<String, String> answer = new LinkedHashMap<>();
        Made made = caches.inline() ? inline(job, solved.made()) : solved.made();
        for (int number = 0; number < exporters.size(); number++) {
            Exporter exporter = exporters.get(number);
            try (Progress.Step step = job.progress().step("exporting to " + words(exporter.getType()))) {
                try {
                    one(job, made, exporter, number, step, answer);
                } catch (RuntimeException e) {
                    step.failed(String.valueOf(e.getMessage()));
                    throw e;
                } catch (IOException e) {
                    step.failed(String.valueOf(e.getMessage()));
                    throw new Unavailable(
                            "send what was built to the client",
                            String.valueOf(e.getMessage()),
                            "see where the client writes it",
                            e);
                }
            }
        }
        caches.registries()
                .to()
                .forEach(to -> job.caches().push(to, job.building().records(), made));
        return answer;
    }

    private static Made inline(Job job, Made made) {
        Map<String, Object> besides = RegistryCaches.inline(job.building().records(), made.result());
        return new Made(made.outputs(), made.plan(), made.result(), made.time(), besides);
    }

    private static String words(String type) {
        return switch (type) {
            case "local" -> "client directory";
            case "tar" -> "client tarball";
            case "oci" -> "oci image format";
            case "docker" -> "docker image format";
            case "cacheonly" -> "nothing";
            default -> "image";
        };
    }

    private void one(Job job, Made made, Exporter exporter, int number, Progress.Step step, Map<String, String> answer)
            throws IOException, InterruptedException {
        Session session = job.session();
        switch (exporter.getType()) {
            case "image", "moby" -> image(job, made, exporter, step, answer);
            case "cacheonly" -> {}
            case "local" -> local(session, made, number);
            default -> stream(session, made, exporter, number);
        }
    }

    private void image(Job job, Made made, Exporter exporter, Progress.Step step, Map<String, String> answer) {
        List<Reference.Tagged> names = names(exporter);
        Image image = made.store(names);
        String id = image.id().digest().toString();
        step.done("writing image " + id, 0);
        for (Reference.Tagged name : names) {
            told.tagged(id, name);
            step.done("naming to " + name, 0);
        }
        if (pushes(exporter)) {
            push(job, names, step);
        }
        answer.put("containerimage.digest", id);
        answer.put("containerimage.config.digest", id);
        if (!names.isEmpty()) {
            answer.put(
                    "image.name",
                    String.join(
                            ",", names.stream().map(Reference.Tagged::toString).toList()));
        }
    }

    private void push(Job job, List<Reference.Tagged> names, Progress.Step step) {
        if (names.isEmpty()) {
            throw new InvalidArgument("push what was built", "it has no name", "name it with --tag");
        }
        for (Reference.Tagged name : names) {
            images.push(
                    name,
                    Optional.empty(),
                    job.belongings().credentials(name.repository().domain()),
                    ProgressListener.SILENT);
            step.done("pushing " + name, 0);
        }
    }

    private static Metadata head(int number) {
        var head = new Metadata();
        head.put(NUMBER, Integer.toString(number));
        return head;
    }

    private void local(Session session, Made made, int number) throws IOException, InterruptedException {
        boolean[] interrupted = {false};
        builder.outputs().with(made.result(), tree -> {
            try {
                Sender.send(session.call(SessionMethods.SEND_FILES), head(number), tree);
            } catch (InterruptedException e) {
                interrupted[0] = true;
            }
        });
        if (interrupted[0]) {
            throw new InterruptedException("the build was cancelled");
        }
    }

    private static void stream(Session session, Made made, Exporter exporter, int number) throws IOException {
        var out = new ClientStream<>(
                session.call(SessionMethods.SEND_BYTES),
                head(number),
                bytes -> BytesMessage.newBuilder().setData(bytes).build());
        boolean sound = false;
        try {
            Output.of(exporter.getType(), Map.of()).write(made, names(exporter), out);
            sound = true;
        } finally {
            if (sound) {
                out.close();
            } else {
                out.abort("what was built cannot be written");
            }
        }
    }
}
