package dev.gantry.images.image;

import dev.gantry.base.Digest;
import java.util.List;
import java.util.Optional;

/// Durable names of images. The engine keeps it in its database; [InMemoryImageTable] is the twin for tests and tools.
public interface ImageTable {
    /// `name` is a full reference such as `docker.io/library/debian:12`, or `@sha256:…` for an image without a
    /// name; `target` the digest of its manifest or index. Durable when this returns; an older target of the name
    /// is replaced.
    void put(String name, Digest target);

    Optional<Digest> find(String name);

    /// Whether it was there.
    boolean remove(String name);

    List<Entry> list();

    record Entry(String name, Digest target) {}
}
