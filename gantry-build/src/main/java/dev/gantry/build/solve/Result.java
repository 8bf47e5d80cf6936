package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.build.context.SourceTree;
import dev.gantry.images.image.Layers;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a vertex makes.
public sealed interface Result {
    /// Layers, the base first.
    ///
    /// @param time of what is written above: the same for the same inputs
    record Root(List<Layers.Layer> layers, Instant time) implements Result {
        /// Where nothing says another: what is older confuses archivers.
        public static final Instant NO_TIME = Instant.parse("1980-01-01T00:00:00Z");

        public static final Root EMPTY = new Root(List.of(), NO_TIME);

        public Root {
            layers = List.copyOf(layers);
        }

        @Override
        public Digest identity() {
            StringBuilder text = new StringBuilder("root ").append(time);
            layers.forEach(l -> text.append('\n').append(l.diffId()));
            return Digest.sha256Of(text.toString());
        }
    }

    /// Files that are in no layer yet.
    final class Source implements Result {
        private final SourceTree tree;
        private final Supplier<Digest> looking;
        private volatile @Nullable Digest identity;
        private boolean known;

        /// @param looking at all of them; a copy looks at what it copies alone
        public Source(SourceTree tree, Supplier<Digest> looking) {
            this.tree = tree;
            this.looking = looking;
        }

        /// One of which it is known by other means what it is, so that nobody has to look.
        public static Source known(SourceTree tree, Digest identity) {
            var source = new Source(tree, () -> identity);
            source.known = true;
            return source;
        }

        /// Whether it is better asked who it is than looked at.
        public boolean isKnown() {
            return known;
        }

        public SourceTree tree() {
            return tree;
        }

        @Override
        public Digest identity() {
            Digest known = identity;
            if (known == null) {
                known = looking.get();
                identity = known;
            }
            return known;
        }
    }

    Digest identity();
}
