package dev.gantry.images.registry;

import dev.gantry.base.Digest;
import dev.gantry.base.Forbidden;
import dev.gantry.base.Internal;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/// Brings blobs and manifests into one repository. distribution-spec 1.1 §Pushing. Blobs come first, in any order; a
/// manifest is refused by registries that miss what it names. A broken transfer begins again from its first byte.
public final class RegistryUpload {
    /// A registry that takes less of a blob is not waited for.
    private static final long SLOWEST_BYTES_PER_SECOND = 32 << 10;

    private final RegistrySession session;

    RegistryUpload(RegistrySession session) {
        this.session = session;
    }

    /// Returns when the registry has the blob.
    public void blob(ContentStore store, Digest blob, long size, ProgressListener progress) {
        blob(store, blob, size, "", progress);
    }

    /// The same; the registry may have it in its repository of the path `other`, unless that is empty.
    public void blob(ContentStore store, Digest blob, long size, String other, ProgressListener progress) {
        String what = "push " + blob + " to " + session.repositoryName();
        if (session.retrying(what, () -> has(what, blob))) {
            progress.on(new ProgressEvent.Uploaded(blob, true));
            return;
        }
        boolean mounted = session.retrying(what, () -> upload(what, store, blob, size, other, progress));
        progress.on(mounted ? new ProgressEvent.Mounted(blob, other) : new ProgressEvent.Uploaded(blob, false));
    }

    private boolean has(String what, Digest blob) throws IOException {
        try (Transport.Answer answer = session.ask(
                session.address("blobs/" + blob),
                Map.of(),
                new Transport.Ask("HEAD", BodyPublishers.noBody(), false),
                session.pace().answer())) {
            if (answer.status() == 404) {
                return false;
            }
            check(what, answer, 200);
            return true;
        }
    }

    /// Whether it was mounted from the other repository. distribution-spec 1.1 §Mounting a blob from another
    /// repository.
    private boolean upload(
            String what, ContentStore store, Digest blob, long size, String other, ProgressListener progress)
            throws IOException {
        URI place;
        String mount = other.isEmpty() ? "" : "?mount=" + blob + "&from=" + other;
        try (Transport.Answer begun = session.ask(
                session.address("blobs/uploads/" + mount),
                Map.of(),
                new Transport.Ask("POST", BodyPublishers.noBody(), false),
                session.pace().answer())) {
            if (!other.isEmpty() && begun.status() == 201) {
                return true;
            }
            check(what, begun, 202);
            place = place(begun, blob);
        }
        // The client of the JDK asks for the body again when the registry wants to know first who we are.
        var body = BodyPublishers.fromPublisher(
                BodyPublishers.ofInputStream(() -> new Told(store.open(blob), blob, size, progress)), size);
        try (Transport.Answer done = session.ask(
                place,
                Map.of("Content-Type", "application/octet-stream"),
                new Transport.Ask("PUT", body, false),
                patience(size))) {
            check(what, done, 201);
        }
        return false;
    }

    private Duration patience(long size) {
        return session.pace().answer().plusSeconds(size / SLOWEST_BYTES_PER_SECOND);
    }

    /// Where the upload goes on, with the digest that ends it.
    private URI place(Transport.Answer begun, Digest blob) throws IOException {
        URI place;
        try {
            place = begun.response().uri().resolve(begun.header("Location").orElse(""));
        } catch (IllegalArgumentException e) {
            throw new IOException(session.domain() + " names a malformed place for an upload", e);
        }
        String scheme = String.valueOf(place.getScheme()).toLowerCase(Locale.ROOT);
        boolean downgrade = "https".equals(begun.response().uri().getScheme()) && !scheme.equals("https");
        if (place.getHost() == null || !(scheme.equals("http") || scheme.equals("https")) || downgrade) {
            throw new IOException(session.domain() + " names no usable place for an upload");
        }
        String text = place.toString();
        return URI.create(text + (place.getRawQuery() == null ? "?" : "&") + "digest=" + blob);
    }

    /// Gives the manifest its name; whatever had the name before loses it. The registry's digest must be ours.
    public void manifest(Reference name, String mediaType, byte[] bytes, Digest digest) {
        String what = "push " + name.familiar();
        String as = switch (name) {
            case Reference.Tagged t -> t.tag();
            case Reference.Pinned p -> p.digest().toString();
        };
        session.retrying(what, () -> {
            try (Transport.Answer answer = session.ask(
                    session.address("manifests/" + as),
                    Map.of("Content-Type", mediaType),
                    new Transport.Ask("PUT", BodyPublishers.ofByteArray(bytes), false),
                    session.pace().answer())) {
                check(what, answer, 201);
                String stated = answer.header("Docker-Content-Digest").orElse(digest.toString());
                if (stated.startsWith("sha256:") && !stated.equals(digest.toString())) {
                    throw new Internal(
                            what, "the registry says that it has " + stated + " and got " + digest, "push again");
                }
                return digest;
            }
        });
    }

    /// Turns any other status than `wanted` into the error it stands for.
    private void check(String what, Transport.Answer answer, int wanted) throws IOException {
        int status = answer.status();
        if (status == wanted) {
            return;
        }
        String words = RegistrySession.words(answer);
        switch (status) {
            case 401, 403 ->
                throw new Forbidden(
                        what,
                        "denied: requested access to the resource is denied: " + words,
                        "log in with docker login " + session.domain() + ", or check the name");
            case 408, 425, 429, 500, 502, 503, 504 ->
                throw new TryLater(
                        session.domain() + " answered " + status + ": " + words, RegistrySession.retryAfter(answer));
            default ->
                throw new Unavailable(
                        what, session.domain() + " answered " + status + ": " + words, "ask the owner of the registry");
        }
    }

    /// A blob that tells how much of it is read.
    private static final class Told extends InputStream {
        private static final long TELL_EVERY = 512 << 10;

        private final BlobReader blob;
        private final InputStream in;
        private final Digest digest;
        private final long size;
        private final ProgressListener progress;
        private long read;
        private long told;

        Told(BlobReader blob, Digest digest, long size, ProgressListener progress) {
            this.blob = blob;
            this.in = blob;
            this.digest = digest;
            this.size = size;
            this.progress = progress;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            int n = in.read(bytes, from, length);
            read += Math.max(n, 0);
            if (read - told >= TELL_EVERY || (read == size && told < size)) {
                told = read;
                progress.on(new ProgressEvent.Uploading(digest, read, size));
            }
            return n;
        }

        @Override
        public void close() throws IOException {
            blob.close();
        }
    }
}
