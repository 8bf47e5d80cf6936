package dev.gantry.images.image;

import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.archive.Spool;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.FoundImage;
import dev.gantry.images.snapshot.RootFs;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The images of one data root. A *user reference* is what a person types: `debian`, `debian:12`,
/// `debian@sha256:…`, an image id or a unique prefix of one (with or without `sha256:`), or `dir:/path`
/// for a directory of this host.
///
/// All methods may be called from any thread. Errors are those of `dev.gantry.base`: an unknown
/// reference is `NotFound`, an ambiguous prefix `InvalidArgument`, a damaged archive or layer
/// `InvalidArgument`.
public interface Images {
    /// For the platform of this host if the image has it, else for the one it has.
    Image resolve(String userReference);

    /// Exactly for this platform; `NotFound` if the image does not have it.
    Image resolve(String userReference, Platform platform);

    /// One row per image, newest first; images without a name too.
    List<ImageSummary> list();

    ImageDetails inspect(String userReference);

    /// Of the image for this platform; `NotFound` if there is none.
    ImageDetails inspect(String userReference, Platform platform);

    /// All that a user reference means, for every platform that it names, whether it is here or not.
    Variants variants(String userReference);

    /// `target` is the manifest or the index that is named.
    record Variants(Descriptor target, List<Variant> all) {
        public Variants {
            all = List.copyOf(all);
        }
    }

    /// One manifest. `image` is empty when not all of it is here; `about` is what an attestation is of.
    ///
    /// @param contentBytes of what of it is here, as it is transferred
    /// @param unpackedBytes of its layers
    record Variant(
            Descriptor manifest,
            Optional<Image.Id> image,
            Optional<Digest> about,
            Platform platform,
            long contentBytes,
            long unpackedBytes) {}

    /// Gives the image a further name; a name that meant another image moves.
    void tag(String userReference, Reference.Tagged name);

    /// Docker's rules: a name is taken off; when it was the last one, or an id was given, the image
    /// goes. `Conflict` when a container uses it, or when an id with several names is given, without
    /// `force`.
    default List<Removal> remove(String userReference, boolean force, InUse inUse) {
        return remove(userReference, Optional.empty(), force, inUse);
    }

    /// The same; with a platform only if the image is for it, `NotFound` if it is not, and for no other: what is
    /// here of an image goes as a whole, so that it is a `Conflict` when more of it is here.
    List<Removal> remove(String userReference, Optional<Platform> only, boolean force, InUse inUse);

    Image pull(Reference reference, Platform platform, Credentials credentials, ProgressListener progress);

    /// Brings an image to the registry that its name says; without a platform all of it that is here.
    void push(Reference.Tagged name, Optional<Platform> platform, Credentials credentials, ProgressListener progress);

    /// What a reference means at its registry now, and for which platforms. Nothing is stored.
    AtRegistry distribution(Reference reference, Credentials credentials);

    /// Returns when the registry at `domain` takes these credentials; else it is `Forbidden`.
    void login(String domain, Credentials credentials);

    /// What the index of a registry finds for a term that may begin with its domain; at most `limit`.
    List<FoundImage> search(String term, int limit, Credentials credentials);

    record AtRegistry(Descriptor descriptor, List<Platform> platforms) {
        public AtRegistry {
            platforms = List.copyOf(platforms);
        }
    }

    /// Reads a docker-archive or an OCI layout, plain or compressed. Either all its images are there
    /// afterwards or none.
    default List<Loaded> load(InputStream archive, ProgressListener progress) {
        return load(archive, Optional.empty(), progress);
    }

    /// The same; with a platform, of each image only what is for it, and `NotFound` if there is none.
    List<Loaded> load(InputStream archive, Optional<Platform> platform, ProgressListener progress);

    /// Writes one archive with the images of these references, in a form docker, podman and skopeo
    /// read.
    default void save(List<String> userReferences, OutputStream out) {
        save(userReferences, Optional.empty(), out);
    }

    /// The same; with a platform, of each image only what is for it, and `NotFound` if there is none.
    void save(List<String> userReferences, Optional<Platform> platform, OutputStream out);

    /// Makes an image of one layer from the tar of a root file system. `changes` are Dockerfile lines
    /// such as `CMD ["sh"]`.
    Image importRootfs(InputStream tar, ImportOptions options, ProgressListener progress);

    /// Makes an image of `base`, an image's id, and the layer that `layer` writes as a plain tar above it.
    Image commit(String base, CommitOptions options, Spool.Writing layer);

    /// Layers by themselves, for those who make images of them.
    Layers layers();

    /// Layers at registries that are of no image here.
    LayerShare share();

    /// Makes the writable layer of a new container over the image.
    RootFs prepare(ContainerId container, Image image);

    /// What `prepare` made, for a container of an earlier process.
    Optional<RootFs> find(ContainerId container);

    /// Lets a [RootFs#forgettable] overlay be mounted once more, in this boot.
    void allowRemount(ContainerId container);

    /// Deletes the writable layer; what is absent is not an error.
    void release(ContainerId container);

    /// Deletes blobs and layers that no name, no container and no running transfer needs.
    Collected collectGarbage();

    /// Who uses an image; the engine answers.
    @FunctionalInterface
    interface InUse {
        InUse NOBODY = _ -> List.of();

        List<User> of(Image.Id image);

        record User(ContainerId container, boolean running) {}
    }

    /// What [#remove] did.
    sealed interface Removal {
        /// The familiar form of a name that is gone.
        record Untagged(String reference) implements Removal {}

        record Deleted(Digest digest) implements Removal {}
    }

    /// An image that came by [#load], with the names it got.
    record Loaded(Image.Id image, List<Reference.Tagged> names) {
        public Loaded {
            names = List.copyOf(names);
        }
    }

    /// `names`: what to call the image; may be empty.
    record ImportOptions(List<Reference.Tagged> names, List<String> changes, String message, Platform platform) {
        public ImportOptions {
            names = List.copyOf(names);
            changes = List.copyOf(changes);
        }
    }

    /// `names`: what to call the image; may be empty. `run`: what it runs, see [Changes].
    record CommitOptions(
            List<Reference.Tagged> names, String author, String comment, String createdBy, Map<String, Object> run) {
        public CommitOptions {
            names = List.copyOf(names);
            run = Map.copyOf(run);
        }
    }

    record Collected(int blobs, int layers, long bytes) {}
}
