package dev.gantry.daemon.migrate;

import dev.gantry.api.client.EngineClient;
import dev.gantry.api.client.EngineError;
import dev.gantry.api.client.JsonLines;
import dev.gantry.api.client.Request;
import dev.gantry.api.client.Response;
import dev.gantry.api.image.Progress;
import dev.gantry.base.GantryException;
import dev.gantry.base.Internal;
import dev.gantry.base.Piping;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.cli.Extras;
import dev.gantry.engine.plugin.JsonTree;
import dev.gantry.images.layer.TreeTar;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Brings what a dockerd has to an engine: images, volumes, networks, containers, in this order. What is there already
/// stays as it is, so that it can be run again until nothing is left; what fails keeps nothing else back.
public final class DockerMigration implements Extras.Migration {
    @Override
    public int docker(String from, EngineClient engine, boolean look, Consumer<String> tell) {
        Linux linux = Linux.host();
        try (DockerRoot root = DockerRoot.open(linux, Path.of(from))) {
            return new Run(linux, root, engine, look, tell).all();
        }
    }

    /// Whether an inspect is of the one with this name.
    static boolean isNamed(String inspect, String name) throws IOException {
        return name.equals(
                JsonTree.object(inspect.getBytes(StandardCharsets.UTF_8)).get("Name"));
    }

    /// One of them, done or not.
    private enum Outcome {
        DONE("moved"),
        THERE("there already"),
        WOULD("to be moved"),
        FAILED("not moved");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }
    }

    private static final class Run {
        private final Linux linux;
        private final DockerRoot root;
        private final EngineClient engine;
        private final boolean look;
        private final Consumer<String> tell;
        private final DockerArchive archive;
        private final Map<String, Map<Outcome, Integer>> report = new TreeMap<>();
        private final Set<String> missingNetworks = new LinkedHashSet<>();

        Run(Linux linux, DockerRoot root, EngineClient engine, boolean look, Consumer<String> tell) {
            this.linux = linux;
            this.root = root;
            this.engine = engine;
            this.look = look;
            this.tell = tell;
            this.archive = new DockerArchive(linux, root);
        }

        int all() {
            DockerRoot.Found<DockerContainer> found = root.containers();
            List<DockerContainer> containers = found.whole();
            Map<String, List<String>> images = images(containers);
            images.forEach((id, names) -> one("image", DockerImage.shown(id, names), () -> image(id, names)));
            DockerRoot.Found<DockerRoot.Volume> volumes = root.volumes();
            broken("volume", volumes);
            volumes.whole().forEach(v -> one("volume", v.name(), () -> volume(v)));
            DockerRoot.Found<DockerNetworks.Network> networks = root.networks();
            broken("network", networks);
            networks.whole().forEach(n -> one("network", n.name(), () -> network(n)));
            broken("container", found);
            Map<String, String> names = new HashMap<>();
            containers.forEach(c -> names.put(c.id(), c.name()));
            for (DockerContainer c : ordered(containers, names)) {
                one("container", c.name(), () -> container(c, images, names));
            }
            return summary(root.countImages() - images.size());
        }

        private void broken(String kind, DockerRoot.Found<?> found) {
            found.broken()
                    .forEach((name, why) -> one(kind, name, () -> {
                        throw why;
                    }));
        }

        private void one(String kind, String name, Work work) {
            Outcome outcome;
            String why = "";
            try {
                outcome = work.done();
            } catch (GantryException | EngineError e) {
                outcome = Outcome.FAILED;
                why = ": " + e.getMessage();
            } catch (IOException | RuntimeException e) {
                outcome = Outcome.FAILED;
                why = ": " + e;
            }
            report.computeIfAbsent(kind, _ -> new TreeMap<>()).merge(outcome, 1, Integer::sum);
            tell.accept(kind + " " + name + ": " + outcome.word + why);
        }

        private interface Work {
            Outcome done() throws IOException;
        }

        private int summary(int left) {
            int failed = 0;
            for (var kind : report.entrySet()) {
                List<String> words = new ArrayList<>();
                kind.getValue().forEach((outcome, n) -> words.add(n + " " + outcome.word));
                tell.accept(kind.getKey() + "s: " + String.join(", ", words));
                failed += kind.getValue().getOrDefault(Outcome.FAILED, 0);
            }
            if (left > 0) {
                tell.accept("left where they are: " + left + " images that have no name and no container");
            }
            return failed;
        }

        private boolean isThere(String path) {
            try {
                engine.raw(Request.get(path));
                return true;
            } catch (EngineError e) {
                if (e.status() == 404) {
                    return false;
                }
                throw e;
            }
        }

        /// Under this very name: the engine takes the beginning of an id for a name too.
        private boolean isThere(String path, String name) throws IOException {
            try {
                return isNamed(engine.raw(Request.get(path)), name);
            } catch (EngineError e) {
                if (e.status() == 404 || e.status() == 400) {
                    return false; // the beginning of none, or of many
                }
                throw e;
            }
        }

        // images

        /// Those with names, and those of containers.
        private Map<String, List<String>> images(List<DockerContainer> containers) {
            Map<String, List<String>> all = new TreeMap<>(root.imageNames());
            containers.forEach(c -> all.computeIfAbsent(c.image(), _ -> List.of()));
            return all;
        }

        private Outcome image(String id, List<String> names) {
            DockerRoot.requireId(id);
            if (isThere("/images/sha256:" + id + "/json")) {
                return Outcome.THERE;
            }
            if (look) {
                return Outcome.WOULD;
            }
            DockerImage image = root.image(id, names);
            load(image.shown(), out -> archive.write(image, out));
            return Outcome.DONE;
        }

        private void load(String what, Piping.Writing writing) {
            try (InputStream tar = Piping.of(writing);
                    Response answer = engine.http()
                            .ask(Request.post("/images/load").with("quiet", "1").stream(tar, "application/x-tar"))) {
                JsonLines.read(answer.body(), Progress.class, line -> {
                    String error = line.error();
                    if (error != null) {
                        throw new EngineError(500, error);
                    }
                });
            } catch (IOException e) {
                throw new Unavailable("load " + what, String.valueOf(e.getMessage()), "run it again", e);
            }
        }

        // volumes and networks

        private Outcome volume(DockerRoot.Volume volume) {
            if (!volume.driver().equals("local")) {
                throw new Unsupported(
                        "move volume " + volume.name(),
                        "its files are kept by the plugin " + volume.driver(),
                        "install the plugin here, and create the volume again with -d " + volume.driver());
            }
            if (isThere("/volumes/" + Request.segment(volume.name()))) {
                return Outcome.THERE;
            }
            if (look) {
                return Outcome.WOULD;
            }
            Request request = Request.post("/volumes/" + Request.segment(volume.name()) + "/restore")
                    .with("new", true);
            for (var label : volume.labels().entrySet()) {
                request = request.with("label", label.getKey() + "=" + label.getValue());
            }
            // What its options mount is elsewhere: it is mounted here as there, and no file is moved.
            boolean elsewhere = volume.options().containsKey("device");
            if (elsewhere) {
                engine.createVolume(new dev.gantry.api.volume.VolumeCreate(
                        volume.name(), volume.driver(), volume.options(), volume.labels(), null));
                return Outcome.DONE;
            }
            for (var option : volume.options().entrySet()) {
                request = request.with("opt", option.getKey() + "=" + option.getValue());
            }
            send(volume, request);
            return Outcome.DONE;
        }

        private void send(DockerRoot.Volume volume, Request request) {
            try (InputStream tar = Piping.of(out -> {
                try (Fd files = root.files(volume)) {
                    TreeTar.pack(linux, files, out);
                } catch (LinuxError e) {
                    throw new IOException(e.getMessage(), e);
                }
            })) {
                engine.copyVolume(request.stream(tar, "application/x-tar"));
            } catch (IOException e) {
                throw new Unavailable(
                        "move volume " + volume.name(), String.valueOf(e.getMessage()), "run it again", e);
            }
        }

        private Outcome network(DockerNetworks.Network network) throws IOException {
            if (isThere("/networks/" + Request.segment(network.name()), network.name())) {
                return Outcome.THERE;
            }
            if (look) {
                return Outcome.WOULD;
            }
            try {
                engine.raw(Request.post("/networks/create").json(network.request()));
            } catch (EngineError | GantryException e) {
                missingNetworks.add(network.name());
                throw e;
            }
            return Outcome.DONE;
        }

        // containers

        /// Those that others need come first.
        private static List<DockerContainer> ordered(List<DockerContainer> all, Map<String, String> names) {
            Map<String, DockerContainer> byName = new TreeMap<>();
            all.forEach(c -> byName.put(c.name(), c));
            Set<DockerContainer> ordered = new LinkedHashSet<>();
            byName.values().forEach(c -> place(c, byName, names, ordered, new LinkedHashSet<>()));
            return List.copyOf(ordered);
        }

        private static void place(
                DockerContainer c,
                Map<String, DockerContainer> byName,
                Map<String, String> names,
                Set<DockerContainer> ordered,
                Set<String> above) {
            if (!above.add(c.name())) {
                return; // in a circle: the engine says so
            }
            for (String need : c.needs()) {
                DockerContainer other = byName.get(names.getOrDefault(need, need));
                if (other != null) {
                    place(other, byName, names, ordered, above);
                }
            }
            ordered.add(c);
        }

        private Outcome container(DockerContainer c, Map<String, List<String>> images, Map<String, String> names)
                throws IOException {
            if (isThere("/containers/" + Request.segment(c.name()) + "/json", "/" + c.name())) {
                return Outcome.THERE;
            }
            if (look) {
                return Outcome.WOULD;
            }
            List<String> known = images.getOrDefault(c.image(), List.of());
            String image = known.isEmpty() ? "sha256:" + c.image() : known.getFirst();
            if (!isEmpty(c.written())) {
                image = "migrated:" + c.name();
                written(c, image);
            }
            try {
                engine.raw(Request.post("/containers/create")
                        .with("name", c.name())
                        .json(c.request(image, id -> names.getOrDefault(id, id))));
            } catch (EngineError e) {
                c.networks().stream()
                        .filter(missingNetworks::contains)
                        .findFirst()
                        .ifPresent(n -> {
                            throw new Unavailable(
                                    "create container " + c.name(),
                                    "its network " + n + " was not moved",
                                    "make it, run it again",
                                    e);
                        });
                throw e;
            }
            return Outcome.DONE;
        }

        private boolean isEmpty(String directory) throws IOException {
            try (Fd files = root.directory(directory)) {
                return linux.directories().entries(files).isEmpty();
            } catch (LinuxError e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        private void written(DockerContainer c, String name) throws IOException {
            DockerImage image = root.image(c.image(), List.of());
            Path tar = Files.createTempFile("gantry-migrate-", ".tar");
            try {
                DockerArchive.Written layer = archive.pack(c.written(), tar);
                load("what container " + c.name() + " had written", out -> archive.write(image, layer, name, out));
            } catch (LinuxError e) {
                throw new Internal(
                        "pack what container " + c.name() + " had written",
                        String.valueOf(e.getMessage()),
                        "run it again",
                        e);
            } finally {
                Files.deleteIfExists(tar);
            }
        }
    }
}
