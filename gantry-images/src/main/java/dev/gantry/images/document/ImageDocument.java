package dev.gantry.images.document;

import dev.gantry.base.Platform;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What a name can point at.
public sealed interface ImageDocument {
    String mediaType();

    /// One image for one platform. OCI image-spec 1.1 §manifest.
    record Manifest(String mediaType, Descriptor config, List<Descriptor> layers) implements ImageDocument {
        public Manifest {
            layers = List.copyOf(layers);
        }
    }

    /// The same image for several platforms. OCI image-spec 1.1 §image-index.
    record Index(String mediaType, List<Descriptor> manifests) implements ImageDocument {
        public Index {
            manifests = List.copyOf(manifests);
        }

        /// The entries that can run on `wanted`, best first: the same variant, then any older one, then
        /// one that names no variant, then the order of the index. Attestations and other non-images
        /// have platform unknown/unknown.
        public List<Descriptor> matching(Platform wanted) {
            return manifests.stream()
                    .filter(d -> !d.platforms().isEmpty()
                            && PlatformMatch.rank(d.platforms().getFirst(), wanted)
                                    .isPresent())
                    .sorted(Comparator.comparingInt(d ->
                            PlatformMatch.rank(d.platforms().getFirst(), wanted).orElseThrow()))
                    .toList();
        }

        /// The best entry for `wanted`. An index of one entry without platform is that entry.
        public Optional<Descriptor> choose(Platform wanted) {
            List<Descriptor> matching = matching(wanted);
            if (matching.isEmpty()
                    && manifests.size() == 1
                    && manifests.getFirst().platforms().isEmpty()) {
                return Optional.of(manifests.getFirst());
            }
            return matching.stream().findFirst();
        }
    }
}
