package dev.gantry.daemon.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.base.Unsupported;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileName;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A data root, written by hand.
class DockerRootTest {
    private static final int PAGE = 4096;
    private static final String IMAGE = "0".repeat(64);

    private final Linux linux = Linux.host();

    @TempDir
    Path dir;

    @BeforeEach
    void make() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "a data root belongs to root");
        for (String folder : new String[] {"volumes", "overlay2", "containers", "image/overlay2/layerdb/mounts"}) {
            Files.createDirectories(dir.resolve(folder));
        }
        ByteBuffer file = BoltFileTest.file(5);
        BoltFileTest.meta(file, 0, 2, 1);
        BoltFileTest.leaf(file, 2 * PAGE, 1, "volumes", BoltFileTest.bucketAt(3));
        BoltFileTest.leaf(file, 3 * PAGE, 0, "cut", "{".getBytes(UTF_8));
        Files.write(dir.resolve("volumes/metadata.db"), file.array());
    }

    private String container(char digit, String image) throws IOException {
        String id = String.valueOf(digit).repeat(64);
        Path own = Files.createDirectory(dir.resolve("containers").resolve(id));
        Files.writeString(
                own.resolve("config.v2.json"), "{\"Name\": \"/c" + digit + "\", \"Image\": \"sha256:" + image + "\"}");
        Files.writeString(own.resolve("hostconfig.json"), "{}");
        Path mount = Files.createDirectory(
                dir.resolve("image/overlay2/layerdb/mounts").resolve(id));
        Files.writeString(mount.resolve("mount-id"), "layer" + digit);
        return id;
    }

    @Test
    void whatIsBrokenIsNamedAndTheOthersAreThere() throws IOException {
        container('a', IMAGE);
        String noHost = container('b', IMAGE);
        Files.delete(dir.resolve("containers").resolve(noHost).resolve("hostconfig.json"));
        String noMount = container('c', IMAGE);
        Files.delete(
                dir.resolve("image/overlay2/layerdb/mounts").resolve(noMount).resolve("mount-id"));
        String noImage = container('d', "../../x");
        String link = "e".repeat(64);
        Files.createSymbolicLink(
                dir.resolve("containers").resolve(link),
                dir.resolve("containers").resolve("a".repeat(64)));
        try (DockerRoot root = DockerRoot.open(linux, dir)) {
            var found = root.containers();
            assertThat(found.whole()).extracting(DockerContainer::name).containsExactly("ca");
            assertThat(found.broken()).containsKeys(noHost, noMount, noImage).hasSize(4);
            assertThat(found.broken().get(noHost)).hasMessageContaining(noHost);
            assertThat(root.volumes().whole()).isEmpty();
            assertThat(root.volumes().broken()).containsOnlyKeys("cut");
            assertThatThrownBy(() -> root.image("../x", java.util.List.of())).hasMessageContaining("hex");
        }
    }

    @Test
    void linksBelowTheRootAreNotFollowed() throws IOException {
        Files.createDirectories(dir.resolve("overlay2/x"));
        Files.createSymbolicLink(dir.resolve("overlay2/x/diff"), Path.of("/etc"));
        try (DockerRoot root = DockerRoot.open(linux, dir)) {
            assertThatThrownBy(() -> root.directory("overlay2/x/diff").close()).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRootWithShiftedOwnersIsRefused() throws IOException {
        Files.setAttribute(dir.resolve("overlay2"), "unix:gid", 100000);
        assertThatThrownBy(() -> DockerRoot.open(linux, dir).close())
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("userns-remap");
        Files.setAttribute(dir.resolve("overlay2"), "unix:gid", 0);
        Files.setAttribute(dir, "unix:uid", 1000);
        assertThatThrownBy(() -> DockerRoot.open(linux, dir).close())
                .isInstanceOf(Unsupported.class)
                .hasMessageContaining("rootless");
    }

    @Test
    void namesInATarAreBytes() throws IOException {
        byte[] name = {(byte) 0xc3, (byte) 0xa4, (byte) 0xff};
        var zipped = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(zipped)) {
            String raw = Base64.getEncoder().encodeToString(name);
            out.write(("{\"type\":1,\"name_raw\":\"" + raw + "\",\"size\":2}\n").getBytes(UTF_8));
        }
        var tar = new ByteArrayOutputStream();
        try (Fd layer = linux.files().openDirectory(dir.toString())) {
            int flags = OpenFlags.WRITE | OpenFlags.CREATE;
            try (Fd file = linux.files().open(layer, FileName.decode(name), flags, 0600, Resolve.PLAIN)) {
                linux.files().write(file, "hi".getBytes(UTF_8), 0, 2);
            }
            try {
                TarSplit.write(new ByteArrayInputStream(zipped.toByteArray()), linux, layer, tar);
            } finally {
                linux.directories().unlink(layer, FileName.decode(name));
            }
        }
        assertThat(tar.toString(UTF_8)).isEqualTo("hi");
    }
}
