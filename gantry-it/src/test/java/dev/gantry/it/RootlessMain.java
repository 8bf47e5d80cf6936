package dev.gantry.it;

import dev.gantry.base.ContainerId;
import dev.gantry.images.content.DiskContentStore;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.InMemoryImageTable;
import dev.gantry.images.image.LocalImages;
import dev.gantry.images.layer.LayerLimits;
import dev.gantry.images.layer.TarLayerExtractor;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistryOptions;
import dev.gantry.images.snapshot.OverlaySnapshotter;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Linux;
import dev.gantry.runtime.oci.DefaultSpec;
import dev.gantry.runtime.oci.HostFacts;
import dev.gantry.runtime.oci.LaunchContext;
import dev.gantry.runtime.plan.PlanCodec;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;

/// What gantryd does with an image, in a process that was born in the user namespace of an ordinary
/// user.
///
/// `unpack ROOT ARCHIVE`: loads the archive, prepares a container of its image and writes `ROOT/plan`,
/// which runs `/bin/report` in it. `delete ROOT`: removes container, image and everything of them.
final class RootlessMain {
    private static final ContainerId CONTAINER = ContainerId.random(new Random(11));

    private RootlessMain() {}

    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[1]);
        Linux linux = Linux.host();
        try (var snapshots = new OverlaySnapshotter(linux, Files.createDirectories(root.resolve("snapshots")));
                var registries = new RegistryClient(RegistryOptions.DEFAULT)) {
            LocalImages images = new LocalImages(
                    new DiskContentStore(root.resolve("content")),
                    snapshots,
                    new InMemoryImageTable(),
                    new TarLayerExtractor(linux, snapshots.flavor(), LayerLimits.DEFAULT),
                    registries,
                    Clock.systemUTC(),
                    new Random());
            switch (args[0]) {
                case "unpack" -> unpack(images, root, Path.of(args[2]));
                case "delete" -> {
                    // The table of names was in memory, so that nothing holds the image but the container.
                    images.release(CONTAINER);
                    System.out.println(images.collectGarbage());
                }
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    private static void unpack(LocalImages images, Path root, Path archive) throws Exception {
        try (InputStream in = Files.newInputStream(archive)) {
            images.load(in, ProgressListener.SILENT);
        }
        Image image = images.resolve("three-owners:1");
        RootFs.Overlay files = (RootFs.Overlay) images.prepare(CONTAINER, image);
        HostFacts host = HostFacts.observe();
        var spec = DefaultSpec.builder(host).args(List.of("/bin/report")).build();
        var overlay = new LaunchContext.Root.Overlay(
                files.lowers().stream().map(Path::toString).toList(),
                files.upper().toString(),
                files.work().toString(),
                files.options());
        Path attach = Files.createDirectories(root.resolve("attach"));
        var context = new LaunchContext(host, overlay, attach.toString(), "", LaunchContext.WatchOptions.NONE);
        Files.write(
                root.resolve("plan"),
                PlanCodec.encode(new dev.gantry.runtime.oci.PlanCompiler().compile(spec, context)));
        System.out.println("lower " + files.lowers().getFirst());
        System.out.println("upper " + files.upper());
    }
}
