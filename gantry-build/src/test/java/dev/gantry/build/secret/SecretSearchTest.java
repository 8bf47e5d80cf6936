package dev.gantry.build.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Forbidden;
import dev.gantry.base.Platform;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.ImagePlan;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Path;
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
