package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With a real shell.
class ComebackTest {
    @TempDir
    Path data;

    private static String run(List<String> argv) throws IOException {
        Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void wordsComeThroughTheShellAsTheyAre() throws IOException {
        List<String> words =
                List.of("", "a b", "it's", "'", "$HOME `id` $(id)", "\\", "line\nline", "*", "ü", "-n", "");
        List<String> command = new ArrayList<>(List.of("/usr/bin/printf", "<%s>"));
        command.addAll(words);
        assertThat(run(Comeback.of(data, command))).isEqualTo("<" + String.join("><", words) + ">");
    }

    @Test
    void theLatestCommandIsRunByThoseWhoWereToldBefore() throws IOException {
        List<String> told = Comeback.of(data, List.of("/bin/echo", "first"));
        assertThat(Comeback.of(data, List.of("/bin/echo", "second"))).isEqualTo(told);
        assertThat(run(told)).isEqualTo("second\n");
        Comeback.of(data, List.of());
        assertThat(run(told)).doesNotContain("second");
        assertThat(Files.list(data)).isEmpty();
    }
}
