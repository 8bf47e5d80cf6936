package dev.gantry.images.snapshot;

import dev.gantry.base.ContainerId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Unpacked layers by chain id, and the files of each container, which stands on a stack of them.
public interface Snapshotter extends AutoCloseable {
    /// How layers that are unpacked here say what they hide.
    OverlayFlavor flavor();

    boolean contains(ChainId chain);

    /// A place to unpack one layer into. Visible under `chain` only after `commit`; closing without it
    /// removes it all.
    LayerStage stage(ChainId chain);

    /// Removes an unpacked layer; what is absent is not an error.
    void removeLayer(ChainId chain);

    List<ChainId> layers();

    /// Makes the writable layer of a container. `lowers`: chain ids from the topmost to the base.
    RootFs prepare(ContainerId container, List<ChainId> lowers);

    /// The same over a plain directory of the host (`dir:/path`).
    RootFs prepare(ContainerId container, Path directory);

    /// What `prepare` made for this container, also by an earlier process.
    Optional<RootFs> find(ContainerId container);

    /// The layers below a container's writable one, topmost first; empty over a directory and for an
    /// unknown container.
    List<ChainId> lowers(ContainerId container);

    /// The bytes that were given to `commit` of this layer; zero if it is absent.
    long contentBytes(ChainId chain);

    /// Lets a root that was [RootFs#forgettable] be mounted once more, in this boot.
    void allowRemount(ContainerId container);

    /// Deletes the writable layer; what is absent is not an error.
    void remove(ContainerId container);

    /// Makes the writable layer of a container into an unpacked one; the container has none any more. It is durable
    /// after the next [#settle], and gone when the snapshots are opened again before. What has the chain already
    /// stays. `contentBytes` is the sum of its file sizes.
    void keep(ContainerId container, ChainId chain, long contentBytes);

    /// Makes durable what was only kept so far.
    void settle();

    List<ContainerId> containers();

    @Override
    void close();

    interface LayerStage extends AutoCloseable {
        /// The empty directory to fill.
        Path directory();

        /// Gives directories that the layer has but does not describe the owner, mode and time of those
        /// below it. `lowers`: chain ids from the topmost to the base, all committed.
        void adopt(List<String> directories, List<ChainId> lowers);

        /// Makes it durable, then visible. A second stage of the same chain that commits later is
        /// simply dropped. `contentBytes` is the sum of its file sizes, kept for listings.
        void commit(long contentBytes);

        @Override
        void close();
    }
}
