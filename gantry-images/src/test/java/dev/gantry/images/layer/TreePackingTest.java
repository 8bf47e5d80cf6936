package dev.gantry.images.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trees that change while they are packed.
class TreePackingTest {
    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    private interface Change {
        void of(Path path) throws IOException;
    }

    /// Changes what is called `victim` when it has just been looked at.
    private record Changing(Path tree, String victim, Change change) implements TreePacking.Rules {
        @Override
        public Optional<String> mark(String name, Stat stat) {
            if (name.equals(victim)) {
                run();
            }
            return Optional.empty();
        }

        private void run() {
            try (var all = Files.walk(tree)) {
                for (Path path : all.filter(p -> p.endsWith(victim)).toList()) {
                    change.of(path);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private List<String> packed(TreePacking.Rules rules) throws IOException {
        var out = new ByteArrayOutputStream();
        try (Fd root = linux.files().openDirectory(dir.toString())) {
            new TreePacking(linux, rules, out).below(root);
        }
        var tar = new TarReader(new ByteArrayInputStream(out.toByteArray()), "t");
        List<String> names = new ArrayList<>();
        for (var next = tar.next(); next.isPresent(); next = tar.next()) {
            TarEntry entry = next.get();
            String content = content(tar, (int) entry.packedSize());
            names.add(entry.path()
                    + (entry.link().isEmpty() ? "" : " -> " + entry.link())
                    + (content.isEmpty() ? "" : " = " + content));
        }
        return names;
    }

    private static String content(TarReader tar, int size) throws IOException {
        byte[] bytes = new byte[size];
        for (int n = 0; n < size; ) {
            n += tar.read(bytes, n, size - n);
        }
        return new String(bytes, UTF_8);
    }

    private void make(String... names) throws IOException {
        for (String name : names) {
            Path path = dir.resolve(name);
            Files.createDirectories(path.getParent());
            Files.writeString(path, "of " + path.getFileName());
        }
    }

    @Test
    void aFileThatGoesTakesNoOtherWithIt() throws IOException {
        make("d/a", "d/b", "d/c", "e");
        assertThat(packed(new Changing(dir, "b", Files::delete)))
                .containsExactly("d/", "d/a = of a", "d/c = of c", "e = of e");
    }

    @Test
    void aFileOfTheTopThatGoesEndsNothing() throws IOException {
        make("a", "b", "c");
        assertThat(packed(new Changing(dir, "b", Files::delete))).containsExactly("a = of a", "c = of c");
    }

    @Test
    void aLinkThatGoesOrBecomesAFileTakesNoOtherWithIt() throws IOException {
        make("d/a", "d/c");
        Path link = Files.createSymbolicLink(dir.resolve("d/b"), Path.of("a"));
        assertThat(packed(new Changing(dir, "b", path -> {
                    Files.delete(path);
                    Files.writeString(path, "a file now");
                })))
                .containsExactly("d/", "d/a = of a", "d/c = of c");
        Files.delete(link);
        Files.createSymbolicLink(link, Path.of("a"));
        assertThat(packed(new Changing(dir, "b", Files::delete))).containsExactly("d/", "d/a = of a", "d/c = of c");
    }

    @Test
    void aFileThatBecomesALinkIsNotFollowed() throws IOException {
        make("d/a", "d/b", "d/c");
        assertThat(packed(new Changing(dir, "b", path -> {
                    Files.delete(path);
                    Files.createSymbolicLink(path, Path.of("a"));
                })))
                .containsExactly("d/", "d/a = of a", "d/c = of c");
    }

    @Test
    void aDirectoryThatGoesTakesNoOtherWithIt() throws IOException {
        make("d/a", "d/c");
        Files.createDirectory(dir.resolve("d/b"));
        assertThat(packed(new Changing(dir, "b", Files::delete))).containsExactly("d/", "d/a = of a", "d/c = of c");
    }

    @Test
    void aDirectoryThatGoesWhenItIsOpenIsEmpty() throws IOException {
        make("a", "c");
        Path gone = Files.createDirectory(dir.resolve("b"));
        assertThat(packed(new TreePacking.Rules() {
                    @Override
                    public List<String> marksIn(Fd directory, String path) {
                        if (path.isEmpty()) {
                            return List.of();
                        }
                        try {
                            Files.delete(gone);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        return List.of();
                    }
                }))
                .containsExactly("a = of a", "b/", "c = of c");
    }

    @Test
    void aDirectoryThatBecomesAFileWhenItsEntryIsWrittenIsEmpty() throws IOException {
        make("a", "c");
        Path other = Files.createDirectory(dir.resolve("b"));
        assertThat(packed(new TreePacking.Rules() {
                    @Override
                    public boolean isLeftOut(String path) {
                        try {
                            Files.delete(other);
                            Files.writeString(other, "a file now");
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        return false;
                    }
                }))
                .containsExactly("a = of a", "b/", "c = of c");
    }

    @Test
    void aSecondNameOfAFileWhoseFirstIsGoneIsTheFile() throws IOException {
        make("a");
        Files.createLink(dir.resolve("b"), dir.resolve("a"));
        Files.createLink(dir.resolve("c"), dir.resolve("a"));
        assertThat(packed(new Changing(dir, "a", Files::delete))).containsExactly("b = of a", "c -> b");
    }

    @Test
    void aSecondNameOfAFileWhoseFirstIsAnotherNowIsTheFile() throws IOException {
        make("a");
        Files.createLink(dir.resolve("b"), dir.resolve("a"));
        Files.createLink(dir.resolve("c"), dir.resolve("a"));
        assertThat(packed(new Changing(dir, "a", path -> {
                    Files.delete(path);
                    Files.writeString(path, "another");
                })))
                .containsExactly("a = another", "b = of a", "c -> b");
    }

    @Test
    void oneThatIsAskedForAndGoesLeavesAnEmptyArchive() throws IOException {
        make("b");
        var out = new ByteArrayOutputStream();
        try (Fd root = linux.files().open(Fd.CWD, dir.toString(), OpenFlags.PATH, 0, Resolve.ANY)) {
            new TreePacking(linux, new Changing(dir, "b", Files::delete), out).alone(root, "b", "b");
        }
        assertThat(new TarReader(new ByteArrayInputStream(out.toByteArray()), "t").next())
                .isEmpty();
    }
}
