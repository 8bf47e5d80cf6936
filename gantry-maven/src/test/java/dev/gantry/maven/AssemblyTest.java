package dev.gantry.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Digest;
import dev.gantry.base.Unsupported;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.InMemoryContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.gc.Marks;
import dev.gantry.images.layer.TarEntry;
import dev.gantry.images.layer.TarReader;
import dev.gantry.images.snapshot.ChainId;
import dev.gantry.java.Application;
import dev.gantry.java.JavaSettings;
import dev.gantry.java.Recipe;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AssemblyTest {
    private static final Marks NOBODY = new Marks() {
        @Override
        public void blob(Digest digest) {}

        @Override
        public void layer(ChainId chain) {}
    };

    @TempDir
    Path dir;

    private final InMemoryContentStore content = new InMemoryContentStore();

    private Recipe recipe(Path at, List<String> members, String... settings) throws IOException {
        Path jar = at.resolve("app.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                var zip = new ZipOutputStream(out)) {
            for (String member : members) {
                zip.putNextEntry(new ZipEntry(member));
                zip.write(
                        member.endsWith(".class")
                                ? ClassFile.of().build(ClassDesc.of("a.Main"), c -> c.withVersion(69, 0))
                                : member.getBytes(StandardCharsets.UTF_8));
            }
        }
        List<String> all = new ArrayList<>(List.of("base=scratch", "main=a.Main"));
        all.addAll(List.of(settings));
        return Recipe.of(
                Application.of(new PathFiles(), jar.toString(), List.of(), at.toString(), JavaSettings.of("", all)),
                Optional.empty());
    }

    private Assembly.Made make(Base base, Recipe recipe) {
        return new Assembly(content, new Spool(content, NOBODY, new Random(1))).make(base, recipe, new PathFiles());
    }

    private Map<String, Object> config(Assembly.Made made) throws IOException {
        try (BlobReader bytes = content.open(made.document().config().digest())) {
            return Json.read(bytes.readAllBytes(), "it");
        }
    }

    @Test
    void theSameFilesInAnotherPlaceAndOrderAreTheSameImage() throws IOException {
        Recipe one =
                recipe(Files.createDirectory(dir.resolve("one")), List.of("a/Main.class", "b/x", "a/x"), "port=80");
        Recipe two =
                recipe(Files.createDirectory(dir.resolve("two")), List.of("a/x", "b/x", "a/Main.class"), "port=80");
        assertThat(make(Base.scratch(), one)).isEqualTo(make(Base.scratch(), two));
        Recipe other = recipe(Files.createDirectory(dir.resolve("three")), List.of("a/x", "b/y", "a/Main.class"));
        assertThat(make(Base.scratch(), other).manifest())
                .isNotEqualTo(make(Base.scratch(), one).manifest());
    }

    @Test
    void aLayerHasTheDirectoriesAboveItsFilesAndOneTime() throws IOException {
        Assembly.Made made = make(Base.scratch(), recipe(dir, List.of("a/Main.class", "b/x", "a/x")));
        List<String> entries = new ArrayList<>();
        for (Descriptor layer : made.document().layers()) {
            try (BlobReader bytes = content.open(layer.digest())) {
                var tar = new TarReader(bytes, "a layer");
                for (Optional<TarEntry> e = tar.next(); e.isPresent(); e = tar.next()) {
                    entries.add("%s %o %d:%d %s"
                            .formatted(
                                    e.get().path(),
                                    e.get().mode(),
                                    e.get().uid(),
                                    e.get().gid(),
                                    e.get().modified()));
                }
            }
        }
        String end = "0:0 1980-01-01T00:00:00Z";
        assertThat(entries)
                .containsExactly(
                        "app/ 755 " + end,
                        "app/resources/ 755 " + end,
                        "app/resources/a/ 755 " + end,
                        "app/resources/a/x 644 " + end,
                        "app/resources/b/ 755 " + end,
                        "app/resources/b/x 644 " + end,
                        "app/ 755 " + end,
                        "app/classes/ 755 " + end,
                        "app/classes/a/ 755 " + end,
                        "app/classes/a/Main.class 644 " + end);
    }

    @Test
    void whatTheBaseSaysStaysUnlessTheProjectSaysOtherwise() throws IOException {
        Map<String, Object> below = new TreeMap<>(Base.scratch().config());
        below.put("created", "2020-02-03T04:05:06Z");
        below.put("unknown", "kept");
        below.put(
                "config",
                Map.of(
                        "Env", List.of("PATH=/bin", "A=1"),
                        "Cmd", List.of("sh"),
                        "Labels", Map.of("base", "yes"),
                        "User", "nobody"));
        below.put("rootfs", Map.of("type", "layers", "diff_ids", List.of("sha256:" + "0".repeat(64))));
        Recipe recipe =
                recipe(dir, List.of("a/Main.class"), "env=A=2", "env=B=3", "label=app=1", "volume=/v", "port=80");
        Map<String, Object> document = config(make(new Base(below, List.of()), recipe));
        Map<String, Object> config = Json.object(document.get("config"));
        assertThat(document).containsEntry("unknown", "kept").containsEntry("created", "2020-02-03T04:05:06Z");
        assertThat(config)
                .containsEntry("Env", List.of("PATH=/bin", "A=2", "B=3"))
                .containsEntry("Entrypoint", List.of("java", "-cp", "/app/classes", "a.Main"))
                .containsEntry("Cmd", List.of())
                .containsEntry("User", "nobody")
                .containsEntry("Labels", Map.of("base", "yes", "app", "1"))
                .containsEntry("ExposedPorts", Map.of("80/tcp", Map.of()))
                .containsEntry("Volumes", Map.of("/v", Map.of()));
        assertThat(Json.list(Json.object(document.get("rootfs")).get("diff_ids")))
                .hasSize(2);
    }

    @Test
    void whatWouldHaveToRunIsRefused() throws IOException {
        Recipe recipe = recipe(dir, List.of("a/Main.class"), "aot=yes");
        assertThatThrownBy(() -> make(Base.scratch(), recipe))
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("use gantry build");
    }
}
