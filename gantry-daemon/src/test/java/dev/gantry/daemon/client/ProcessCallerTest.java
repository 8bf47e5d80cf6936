package dev.gantry.daemon.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessCallerTest {
    @TempDir
    Path dir;

    private void replace(Path file, String text) throws IOException {
        try (var out = new ProcessCaller().replace(file.toString())) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void whatALinkLeadsToIsReplacedAndNotTheLink() throws IOException {
        Path real =
                Files.writeString(Files.createDirectory(dir.resolve("dotfiles")).resolve("config.json"), "old");
        Path hop = Files.createSymbolicLink(dir.resolve("hop"), Path.of("dotfiles/config.json"));
        Path link = Files.createSymbolicLink(dir.resolve("config.json"), hop);
        replace(link, "new");
        assertThat(link).isSymbolicLink();
        assertThat(hop).isSymbolicLink();
        assertThat(real).isRegularFile().hasContent("new");
        Files.delete(real);
        replace(link, "again");
        assertThat(real).isRegularFile().hasContent("again");
    }

    @Test
    void whatIsAbandonedLeavesNothing() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "old");
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("broken off");
            }
        };
        assertThatThrownBy(() -> new ProcessCaller().replace(file.toString()).take(broken))
                .hasMessage("broken off");
        assertThat(file).hasContent("old");
        try (var all = Files.list(dir)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void linksThatLeadToThemselvesAreRefused() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("a"), Path.of("a"));
        assertThatThrownBy(() -> replace(link, "x"))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("symbolic links");
    }

    @Test
    void aDirectoryIsNotOpenedAsAFile() {
        assertThatThrownBy(() -> new ProcessCaller().open(dir.toString()))
                .isInstanceOf(InvalidArgument.class)
                .hasMessage("open " + dir + ": it is a directory: name a file");
    }
}
