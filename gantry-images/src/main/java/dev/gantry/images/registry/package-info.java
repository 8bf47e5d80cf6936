/// The client side of OCI distribution-spec 1.1: manifests and blobs of a registry, with authentication, resume and
/// verification. It knows nothing of names, snapshots and the engine.
@NullMarked
package dev.gantry.images.registry;

import org.jspecify.annotations.NullMarked;
