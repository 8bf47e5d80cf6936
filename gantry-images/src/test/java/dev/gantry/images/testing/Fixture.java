package dev.gantry.images.testing;

import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.content.InMemoryContentStore;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.InMemoryImageTable;
import dev.gantry.images.image.LocalImages;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.Pace;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistryOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// Images in memory, with a client that loses patience soon.
public final class Fixture implements AutoCloseable {
    public static final Pace SOON = new Pace(
            4,
            Duration.ofMillis(1),
            Duration.ofMillis(1500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofMillis(500));

    public final InMemoryContentStore content = new InMemoryContentStore();
    public final PlainSnapshotter snapshots;
    public final InMemoryImageTable table = new InMemoryImageTable();
    public final RegistryClient client = new RegistryClient(new RegistryOptions(Set.of(), 3, SOON));
    public final LocalImages images;
    public final List<ProgressEvent> events = new CopyOnWriteArrayList<>();

    public Fixture(Path directory) {
        snapshots = new PlainSnapshotter(directory.resolve("snapshots"));
        images = reopened();
    }

    /// As the next process would see the same store.
    public LocalImages reopened() {
        return new LocalImages(
                content, snapshots, table, new PlainExtractor(), client, Clock.systemUTC(), new Random(1));
    }

    public Image pull(Reference reference) {
        return images.pull(reference, Platform.host(), Credentials.ANONYMOUS, events::add);
    }

    /// Whether neither store, nor snapshots, nor table have anything.
    public boolean isEmpty() {
        return content.list().isEmpty()
                && content.ingests().isEmpty()
                && snapshots.onDisk().isEmpty()
                && table.list().isEmpty();
    }

    @Override
    public void close() {
        client.close();
    }
}
