package dev.gantry.images.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.layer.LayerLimits;
import dev.gantry.images.layer.TarLayerExtractor;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistryOptions;
import dev.gantry.images.snapshot.OverlaySnapshotter;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.images.testing.RealRegistry;
import dev.gantry.images.testing.Tools;
import dev.gantry.linux.Linux;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against the tools that others use: what they write we read, what we write they read, and a tree is
/// the same tree.
@Timeout(180)
class OtherToolsTest {
    @TempDir
    Path directory;

    private Path layout;
    private OverlaySnapshotter snapshots;
    private RegistryClient client;
    private LocalImages images;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Linux.host().processes().effectiveUid() == 0, "only root may give files to others");
        Tools.need("skopeo", "umoci", "busybox");
        layout = directory.resolve("layout");
        makeImage();
        Linux linux = Linux.host();
        snapshots = new OverlaySnapshotter(linux, Files.createDirectory(directory.resolve("snapshots")));
        client = new RegistryClient(RegistryOptions.DEFAULT);
        images = new LocalImages(
                new DiskContentStore(directory.resolve("content")),
                snapshots,
                new InMemoryImageTable(),
                new TarLayerExtractor(linux, snapshots.flavor(), LayerLimits.DEFAULT),
                client,
                Clock.systemUTC(),
                new Random(5));
    }

    @AfterEach
    void close() {
        if (snapshots != null) {
            snapshots.close();
            client.close();
        }
    }

    /// Two layers: three owners, setuid, links of both kinds, a device, then a removal, a replaced
    /// directory and a change.
    private void makeImage() throws Exception {
        Path bundle = directory.resolve("make");
        String root = bundle.resolve("rootfs").toString();
        Tools.run("umoci", "init", "--layout", layout);
        Tools.run("umoci", "new", "--image", layout + ":app");
        Tools.run("umoci", "unpack", "--image", layout + ":app", bundle);
        Tools.run("sh", "-euc", """
                cd "$1"
                mkdir -p bin etc home/bob "var/with space" gone replaced tmp
                cp /bin/busybox bin/busybox; chmod 4755 bin/busybox
                ln -s busybox bin/sh; ln bin/busybox bin/true
                echo bob > home/bob/file; chown -R 1000:1001 home/bob; chmod 700 home/bob
                echo 34 > etc/other; chown 34:0 etc/other; chmod 0640 etc/other
                chmod 1777 tmp; mkfifo "var/with space/fifo"; mknod etc/null c 1 3
                echo x > gone/file; echo old > replaced/old; touch -d '2001-02-03 04:05:06' etc/other
                """, "sh", root);
        Tools.run("umoci", "repack", "--image", layout + ":app", "--refresh-bundle", bundle);
        Tools.run("sh", "-euc", """
                cd "$1"
                rm -r gone replaced; mkdir replaced; echo new > replaced/new
                echo more >> home/bob/file; ln -s /absolute/nowhere etc/link
                """, "sh", root);
        Tools.run("umoci", "repack", "--image", layout + ":app", bundle);
        Tools.run("umoci", "config", "--image", layout + ":app", "--config.cmd", "/bin/sh", "--config.env", "A=b");
        Tools.run("umoci", "gc", "--layout", layout);
    }

    private String digestOf(String image) throws Exception {
        return Tools.run("skopeo", "inspect", "--format", "{{.Digest}}", image).strip();
    }

    private void load(Path archive) throws Exception {
        try (InputStream in = Files.newInputStream(archive)) {
            images.load(in, ProgressListener.SILENT);
        }
    }

    private Path save(String... references) throws Exception {
        Path file = directory.resolve("saved.tar");
        try (OutputStream out = Files.newOutputStream(file)) {
            images.save(List.of(references), out);
        }
        return file;
    }

    @Test
    void aRealRegistryIsPulledFromAndNothingChangesOnTheWay() throws Exception {
        Tools.need("docker-registry");
        try (RealRegistry registry = new RealRegistry(directory)) {
            String name = registry.domain() + "/some/app:1";
            Tools.run("skopeo", "copy", "--dest-tls-verify=false", "oci:" + layout + ":app", "docker://" + name);
            Image pulled =
                    images.pull(Reference.parse(name), Platform.host(), Credentials.ANONYMOUS, ProgressListener.SILENT);
            assertThat(pulled.config().cmd()).containsExactly("/bin/sh");
            assertThat(pulled.config().env()).contains("A=b");
            assertThat(images.list().getFirst().target()).hasToString(digestOf("oci:" + layout + ":app"));
            assertSameTree(pulled);
        }
    }

    @Test
    void archivesOfSkopeoAreLoadedAndTheirTreesAreThoseOfUmoci() throws Exception {
        Path docker = directory.resolve("docker.tar");
        Tools.run("skopeo", "copy", "oci:" + layout + ":app", "docker-archive:" + docker + ":some/app:1");
        load(docker);
        assertSameTree(images.resolve("some/app:1"));

        Path oci = directory.resolve("oci.tar");
        Tools.run("skopeo", "copy", "oci:" + layout + ":app", "oci-archive:" + oci + ":other");
        load(oci);
        assertThat(images.list().stream()
                        .filter(r -> r.repoTags().contains("other:latest"))
                        .findFirst()
                        .orElseThrow()
                        .target())
                .hasToString(digestOf("oci-archive:" + oci));
        assertSameTree(images.resolve("other"));
    }

    @Test
    void whatIsSavedIsReadBySkopeoInBothFormsWithItsDigest() throws Exception {
        Path oci = directory.resolve("oci.tar");
        Tools.run("skopeo", "copy", "oci:" + layout + ":app", "oci-archive:" + oci + ":some/app:1");
        load(oci);
        String digest = digestOf("oci-archive:" + oci);
        Path saved = save("some/app:1");
        assertThat(digestOf("oci-archive:" + saved)).isEqualTo(digest);
        assertThat(Tools.run("tar", "tf", saved)).startsWith("oci-layout\nindex.json\nmanifest.json\nblobs/sha256/");

        Path asOci = directory.resolve("as-oci");
        Tools.run("skopeo", "copy", "oci-archive:" + saved, "oci:" + asOci + ":x");
        assertThat(digestOf("oci:" + asOci + ":x")).isEqualTo(digest);
        Path asDocker = directory.resolve("as-docker");
        Tools.run("skopeo", "copy", "docker-archive:" + saved + ":some/app:1", "oci:" + asDocker + ":x");
        Tools.run("umoci", "unpack", "--image", asDocker + ":x", directory.resolve("unpacked"));
        assertThat(listing(directory.resolve("unpacked/rootfs"))).isEqualTo(umociListing());
    }

    @Test
    void anImportedTreeIsTheTreeThatWasPacked() throws Exception {
        Path bundle = directory.resolve("packed");
        Tools.run("umoci", "unpack", "--image", layout + ":app", bundle);
        Path tar = directory.resolve("root.tar");
        Tools.run("tar", "--numeric-owner", "-C", bundle.resolve("rootfs"), "-cf", tar, ".");
        try (InputStream in = Files.newInputStream(tar)) {
            Image imported = images.importRootfs(
                    in,
                    new Images.ImportOptions(
                            List.of((Reference.Tagged) Reference.parse("mine")), List.of(), "", Platform.host()),
                    ProgressListener.SILENT);
            assertSameTree(imported);
        }
    }

    private String umociListing() throws Exception {
        Path bundle = directory.resolve("umoci-" + System.nanoTime());
        Tools.run("umoci", "unpack", "--image", layout + ":app", bundle);
        return listing(bundle.resolve("rootfs"));
    }

    /// The image as a container would see it, against what umoci unpacks.
    private void assertSameTree(Image image) throws Exception {
        ContainerId container = ContainerId.random(new Random(9));
        RootFs.Overlay root = (RootFs.Overlay) images.prepare(container, image);
        String lowers = root.lowers().stream().map(Path::toString).collect(Collectors.joining(":"));
        String options = String.join(
                ",",
                java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(
                                        "lowerdir=" + lowers, "upperdir=" + root.upper(), "workdir=" + root.work()),
                                root.options().stream())
                        .toList());
        Path at = Files.createDirectory(directory.resolve("mounted"));
        String seen = Tools.run(
                "unshare",
                "-m",
                "sh",
                "-euc",
                "mount -t overlay overlay -o \"$1\" \"$2\"; " + LISTING.formatted("$2"),
                "sh",
                options,
                at);
        images.release(container);
        Files.delete(at);
        assertThat(seen).isEqualTo(umociListing());
    }

    /// Kind, mode, owners, link target, size and time of files, and what is in them. Directories have
    /// sizes of their own.
    private static final String LISTING = """
            cd "%s"; find . -mindepth 1 ! -type d -printf '%%P|%%y|%%m|%%U|%%G|%%l|%%s|%%n|%%T@\\n' | sort
            find . -mindepth 1 -type d -printf '%%P|%%y|%%m|%%U|%%G\\n' | sort
            find . -type f -exec sha256sum {} + | sort
            """;

    private static String listing(Path root) throws Exception {
        return Tools.run("sh", "-euc", LISTING.formatted("$1"), "sh", root);
    }
}
