package dev.gantry.build.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Forbidden;
import dev.gantry.base.Platform;
import dev.gantry.base.Unavailable;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.ImagePlan;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretSearchTest {
    private static final String VALUE = "s3cr?t/~va\u00fclue";
    private static final Map<String, byte[]> SECRETS = Map.of("key", (VALUE + "\n").getBytes(UTF_8));

    @TempDir
    Path directory;

    private void search() {
        try (Fd fd = Linux.host().files().openDirectory(directory.toString())) {
            SecretSearch.below(Linux.host(), fd, Needles.of(SECRETS), "RUN it");
        }
    }

    private void isFoundIn(String path) {
        assertThatThrownBy(this::search)
                .isInstanceOf(Forbidden.class)
                .hasMessageContaining("RUN it")
                .hasMessageContaining("secret key")
                .hasMessageContaining(path)
                .hasMessageNotContaining("s3cr");
    }

    private void write(String path, byte[] bytes) throws IOException {
        java.nio.file.Files.createDirectories(directory.resolve(path).getParent());
        java.nio.file.Files.write(directory.resolve(path), bytes);
    }

    @Test
    void aValueIsFoundWhereverItIsInAFile() throws IOException {
        for (int before : List.of(0, 1, (1 << 18) - 5, (1 << 18), (1 << 19) + 3)) {
            byte[] bytes = ("x".repeat(before) + VALUE + "x".repeat(7)).getBytes(UTF_8);
            write("a/b", bytes);
            isFoundIn("/a/b");
        }
        write("a/b", VALUE.substring(1).getBytes(UTF_8));
        assertThatCode(this::search).doesNotThrowAnyException();
    }

    @Test
    void aValueIsFoundInBase64WhateverStandsBeforeIt() throws IOException {
        for (String before : List.of("", "a", "ab", "abc", "user:")) {
            for (Base64.Encoder form :
                    List.of(Base64.getEncoder(), Base64.getUrlEncoder().withoutPadding())) {
                write("f", form.encode((before + VALUE + "after").getBytes(UTF_8)));
                isFoundIn("/f");
            }
        }
    }

    @Test
    void namesAndLinksAreSearchedToo() throws IOException {
        java.nio.file.Files.createSymbolicLink(directory.resolve("link"), Path.of("at", "s3cr?t", "~va\u00fclue"));
        isFoundIn("/link");
    }

    @Test
    void holesArePassedOver() throws IOException {
        Path file = directory.resolve("sparse");
        try (var out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            out.write(ByteBuffer.wrap("x".getBytes(UTF_8)), 3L << 40); // hours, byte by byte
            assertThatCode(this::search).doesNotThrowAnyException();
            out.write(ByteBuffer.wrap(VALUE.getBytes(UTF_8)), (1L << 40) - 5);
        }
        isFoundIn("/sparse");
    }

    @Test
    void whatIsCancelledEnds() throws IOException {
        write("f", new byte[10]);
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(this::search).isInstanceOf(Unavailable.class).hasMessageContaining("cancelled");
        } finally {
            assertThat(Thread.interrupted()).as("it is told on").isTrue();
        }
    }

    @Test
    void howeverDeepATreeIsFewDirectoriesAreOpen() throws IOException {
        // Deeper than a path can say, and than a stack goes.
        Linux linux = Linux.host();
        int flags = OpenFlags.READ | OpenFlags.DIRECTORY;
        Fd at = linux.files().openDirectory(directory.toString());
        for (int i = 0; i < 5000; i++) {
            linux.directories().make(at, "d", 0700);
            Fd below = linux.files().open(at, "d", flags, 0, Resolve.PLAIN);
            at.close();
            at = below;
        }
        linux.directories().symlink(VALUE.replace('/', '_') + VALUE, at, "link");
        at.close();
        try {
            isFoundIn("/d/d/link");
        } finally {
            linux.trees().delete(directory.resolve("d").toString());
        }
    }

    @Test
    void shortValuesAreEverywhereAndAreNotSearchedFor() {
        assertThat(Needles.of(Map.of("pin", "1234".getBytes(UTF_8))).isEmpty()).isTrue();
    }

    @Test
    void whatAnImageSaysOfItselfIsSearchedAndWhatItsBaseSaidIsNot() {
        var base = new ImagePlan.Step("", "", "", true, Map.of("created_by", VALUE));
        var own = new ImagePlan.Step("ENV X=" + VALUE, "", "", true, Map.of());
        assertThatCode(() -> SecretSearch.in(plan(Map.of(), base), SECRETS)).doesNotThrowAnyException();
        assertThatThrownBy(() -> SecretSearch.in(plan(Map.of(), own), SECRETS)).hasMessageContaining("history");
        assertThatThrownBy(() -> SecretSearch.in(plan(Map.of("Env", List.of("X=" + VALUE)), base), SECRETS))
                .hasMessageContaining("configuration");
    }

    private static ImagePlan plan(Map<String, Object> config, ImagePlan.Step step) {
        return new ImagePlan(Files.NONE, Platform.host(), config, List.of(step), "");
    }
}
