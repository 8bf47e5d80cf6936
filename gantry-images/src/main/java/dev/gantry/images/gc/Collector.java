package dev.gantry.images.gc;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.Unavailable;
import dev.gantry.images.content.Blob;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.content.IngestName;
import dev.gantry.images.snapshot.ChainId;
import dev.gantry.images.snapshot.Snapshotter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Marks from roots and sweeps the rest. What cannot be marked for certain stops the sweep: too much
/// kept is a cost, too much deleted a loss.
public final class Collector {
    private final ContentStore content;
    private final Snapshotter snapshots;
    private final Leases leases;

    public Collector(ContentStore content, Snapshotter snapshots, Leases leases) {
        this.content = content;
        this.snapshots = snapshots;
        this.leases = leases;
    }

    /// Called once per sweep, after the sweep has begun.
    @FunctionalInterface
    public interface Roots {
        void mark(Marks marks);
    }

    public record Swept(List<Digest> blobs, List<ChainId> layers, long bytes) {
        public Swept {
            blobs = List.copyOf(blobs);
            layers = List.copyOf(layers);
        }
    }

    public Swept collect(Roots names) {
        try {
            leases.beginSweep();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("collect garbage", "the thread was interrupted", "ask again", e);
        }
        try {
            Set<Digest> blobs = new HashSet<>();
            Set<ChainId> layers = new HashSet<>();
            names.mark(new Marks() {
                @Override
                public void blob(Digest digest) {
                    blobs.add(digest);
                }

                @Override
                public void layer(ChainId chain) {
                    layers.add(chain);
                }
            });
            for (ContainerId container : snapshots.containers()) {
                layers.addAll(snapshots.lowers(container));
            }
            return sweep(blobs, layers);
        } finally {
            leases.endSweep();
        }
    }

    /// Forgets transfers that nobody continues: all but those of pulls, or those too.
    public void discardTransfers(boolean ofPullsToo) {
        for (IngestName ingest : content.ingests()) {
            if (ofPullsToo || !ingest.text().startsWith(IngestName.PULL)) {
                leases.discardUnlessHeld(ingest, () -> discard(ingest));
            }
        }
    }

    /// Forgets what an operation that has ended was fetching, unless another fetches it too.
    public void discardTransfersOf(Leases.Lease ended) {
        for (IngestName ingest : content.ingests()) {
            if (ended.holds(ingest)) {
                leases.discardUnlessHeld(ingest, () -> discard(ingest));
            }
        }
    }

    private void discard(IngestName ingest) {
        try {
            content.discard(ingest);
        } catch (Conflict _) {
            // Somebody is writing it right now.
        }
    }

    private Swept sweep(Set<Digest> blobs, Set<ChainId> layers) {
        List<ChainId> deletedLayers = new ArrayList<>();
        for (ChainId chain : snapshots.layers()) {
            if (!layers.contains(chain) && leases.deleteUnlessHeld(chain, () -> snapshots.removeLayer(chain))) {
                deletedLayers.add(chain);
            }
        }
        List<Digest> deletedBlobs = new ArrayList<>();
        long bytes = 0;
        for (Blob blob : content.list()) {
            if (!blobs.contains(blob.digest())
                    && leases.deleteUnlessHeld(blob.digest(), () -> content.delete(blob.digest()))) {
                deletedBlobs.add(blob.digest());
                bytes += blob.size();
            }
        }
        return new Swept(deletedBlobs, deletedLayers, bytes);
    }
}
