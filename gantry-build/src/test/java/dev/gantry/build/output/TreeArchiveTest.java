package dev.gantry.build.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unsupported;
import dev.gantry.build.context.OpenedTree;
import dev.gantry.build.context.SourceTree;
import dev.gantry.linux.Linux;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeArchiveTest {
    private static final Linux LINUX = Linux.host();

    @TempDir
    Path directory;

    private byte[] tar() throws IOException {
        var out = new ByteArrayOutputStream();
        try (SourceTree tree = new OpenedTree(LINUX, LINUX.files().openDirectory(directory.toString()), () -> {})) {
            TreeArchive.write(tree, out);
        }
        return out.toByteArray();
    }

    /// What the tar of this host says of it.
    private static String listed(byte[] tar) throws Exception {
        Process process = new ProcessBuilder("tar", "--full-time", "-tvf", "-")
                .redirectErrorStream(true)
                .start();
        Thread.startVirtualThread(() -> {
            try (var in = process.getOutputStream()) {
                new ByteArrayInputStream(tar).transferTo(in);
            } catch (IOException _) {
                // It says so itself.
            }
        });
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }

    @Test
    void aTreeIsTheSameBytesEachTimeAndOtherToolsReadIt() throws Exception {
        Files.createDirectories(directory.resolve("b"));
        Files.writeString(directory.resolve("b/file"), "bytes");
        Files.createLink(directory.resolve("a-link"), directory.resolve("b/file"));
        Files.createSymbolicLink(directory.resolve("c"), Path.of("../out"));
        Files.setPosixFilePermissions(directory.resolve("b/file"), PosixFilePermissions.fromString("rwxr-x--x"));
        byte[] tar = tar();
        assertThat(tar()).isEqualTo(tar);
        assertThat(listed(tar).lines())
                .hasSize(4)
                .anyMatch(l -> l.startsWith("-rwxr-x--x") && l.endsWith(" a-link"))
                .anyMatch(l -> l.endsWith(" b/file link to a-link"))
                .anyMatch(l -> l.endsWith(" b/"))
                .anyMatch(l -> l.endsWith(" c -> ../out"));
    }

    @Test
    void anEmptyTreeIsAnArchiveToo() throws Exception {
        var out = new ByteArrayOutputStream();
        TreeArchive.write(EmptyTree.TREE, out);
        assertThat(listed(out.toByteArray())).isEmpty();
    }

    @Test
    void whatIsNotUnderstoodOfAnOutputIsRefused() {
        assertThat(Output.of("oci", Map.of("tar", "true"))).isEqualTo(Output.OCI);
        assertThatThrownBy(() -> Output.of("oci", Map.of("compression", "zstd")))
                .isInstanceOf(Unsupported.class);
        assertThatThrownBy(() -> Output.of("registry", Map.of())).isInstanceOf(Unsupported.class);
    }
}
