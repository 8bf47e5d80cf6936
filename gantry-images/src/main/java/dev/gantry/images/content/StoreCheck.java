package dev.gantry.images.content;

import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.Parallel;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/// Reads every blob of a store and compares it with its name.
public final class StoreCheck {
    private static final int CHUNK = 1 << 18;

    private StoreCheck() {}

    /// What was read, and which blobs are not what they are called.
    public record Result(int blobs, long bytes, List<Damage> damages) {
        public Result {
            damages = List.copyOf(damages);
        }

        public boolean isClean() {
            return damages.isEmpty();
        }
    }

    public record Damage(Digest digest, String why) {}

    /// At most `parallel` blobs at a time.
    public static Result run(ContentStore store, int parallel) {
        List<Blob> blobs = store.list();
        List<String> reasons = Parallel.map(blobs, parallel, blob -> reason(store, blob.digest()));
        List<Damage> damages = java.util.stream.IntStream.range(0, blobs.size())
                .filter(i -> !reasons.get(i).isEmpty())
                .mapToObj(i -> new Damage(blobs.get(i).digest(), reasons.get(i)))
                .toList();
        return new Result(blobs.size(), blobs.stream().mapToLong(Blob::size).sum(), damages);
    }

    /// Whether a blob is there and is what it is called.
    public static boolean verify(ContentStore store, Digest digest) {
        return reason(store, digest).isEmpty();
    }

    private static String reason(ContentStore store, Digest digest) {
        byte[] chunk = new byte[CHUNK];
        try (var reader = new VerifiedStream(store.open(digest), digest)) {
            while (reader.read(chunk, 0, chunk.length) >= 0) {
                // Reading is the check.
            }
            return "";
        } catch (GantryException e) {
            return e.why();
        } catch (IOException e) {
            return Objects.requireNonNullElse(e.getMessage(), "unreadable");
        }
    }
}
