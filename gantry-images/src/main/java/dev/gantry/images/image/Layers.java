package dev.gantry.images.image;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.archive.ArchiveForm;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.snapshot.RootFs;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Layers by themselves, for those who make images of them: stacked, written above, and named at the end. A list of
/// layers is a root, the base first.
public interface Layers {
    /// @param blob its transferred form
    /// @param diffId the digest of its plain tar
    record Layer(Descriptor blob, Digest diffId) {}

    /// @param manifest of it
    /// @param config its configuration as it is stored
    record Base(Image.Id id, Digest manifest, Map<String, Object> config, List<Layer> layers) {
        public Base {
            config = Map.copyOf(config);
            layers = List.copyOf(layers);
        }
    }

    /// Keeps layers from being collected until it is closed.
    interface Hold extends AutoCloseable {
        void add(List<Layer> root);

        @Override
        void close();
    }

    Hold hold();

    /// An image that is here; it is held.
    Base base(String reference, Platform platform, Hold hold);

    /// Whether all of it is here.
    boolean contains(List<Layer> root);

    /// Returns when all of it is unpacked, whose blobs are here. A layer whose plain bytes have another digest than
    /// was said is [dev.gantry.base.InvalidArgument].
    void unpack(List<Layer> root);

    /// How names begin that [#lend] gives; no image has one.
    String LENT = "layers:/";

    /// Whether a container was made under a name of [#lend].
    static boolean isLent(String userReference) {
        return userReference.startsWith(LENT);
    }

    /// A name under which containers are made of this root, until [#takeBack]. Only who is told it can use it.
    String lend(List<Layer> root);

    void takeBack(String name);

    /// A writable directory above a root, as a container has one.
    RootFs prepare(ContainerId id, List<Layer> root);

    /// What was written there becomes a layer above that root, without being copied, and is gone from where it was;
    /// nobody has it mounted any more. It is durable when an image of it is. It may have no files. Files that were
    /// written since `since` get the time `time`.
    Layer keep(ContainerId id, List<Layer> root, Instant since, Instant time, Hold hold);

    /// What was kept so far is there after a crash too, and not only what an image is made of.
    void settle();

    /// An image of this root. `config` is its whole configuration without what it says of layers.
    Image compose(Map<String, Object> config, List<Layer> root, List<Reference.Tagged> names);

    /// Writes the image of this root as an archive. It gets no name here, and nothing of it stays.
    void archive(
            Map<String, Object> config,
            List<Layer> root,
            List<Reference.Tagged> names,
            ArchiveForm form,
            OutputStream out);

    /// Bytes of the files in its topmost layer.
    long size(List<Layer> root);
}
