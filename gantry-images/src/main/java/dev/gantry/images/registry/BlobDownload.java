package dev.gantry.images.registry;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.images.content.BlobWriter;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.content.IngestName;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.progress.ProgressEvent;
import dev.gantry.images.progress.ProgressListener;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// Brings one blob from a registry into the store. What a broken transfer left is kept and continued,
/// by this download or by the next one; nothing is visible in the store before its digest is right.
public final class BlobDownload {
    private static final int BUFFER = 64 << 10;
    private static final long TELL_EVERY = 512 << 10;

    private final RegistrySession session;
    private final ContentStore store;
    private final ProgressListener progress;

    public BlobDownload(RegistrySession session, ContentStore store, ProgressListener progress) {
        this.session = session;
        this.store = store;
        this.progress = progress;
    }

    /// Returns when the store has the blob. One download per digest at a time.
    public void run(Descriptor blob) {
        boolean resumed = transfer(blob);
        try {
            commit(blob);
        } catch (InvalidArgument e) {
            if (!resumed) {
                throw e;
            }
            // What an earlier transfer left may have been the wrong part; the store has forgotten all of it.
            transfer(blob);
            commit(blob);
        }
    }

    private void commit(Descriptor blob) {
        progress.on(new ProgressEvent.Verifying(blob.digest()));
        try (BlobWriter writer = store.write(ingest(blob))) {
            writer.commit(blob.digest(), blob.size());
        }
        progress.on(new ProgressEvent.Downloaded(blob.digest()));
    }

    /// Fills the ingest to its full size; returns whether some of it was there before.
    private boolean transfer(Descriptor blob) {
        String what = "pull layer " + blob.digest() + " of " + session.repositoryName();
        long start = offset(blob);
        long reached = start;
        int failures = 0;
        while (reached < blob.size()) {
            try {
                part(blob, reached);
                reached = blob.size();
            } catch (IOException e) {
                long now = offset(blob);
                failures = now > reached ? 1 : failures + 1;
                reached = now;
                if (failures >= session.pace().attempts() || !Patience.worthAnother(e)) {
                    throw session.unavailable(what, e);
                }
                progress.on(new ProgressEvent.Retrying(blob.digest(), failures, Patience.words(e)));
                Patience.pause(what, Patience.before(session.pace(), failures, e));
            }
        }
        return start > 0;
    }

    private long offset(Descriptor blob) {
        try (BlobWriter writer = store.write(ingest(blob))) {
            if (writer.offset() <= blob.size()) {
                return writer.offset();
            }
            writer.discard();
        }
        return 0;
    }

    private void part(Descriptor blob, long from) throws IOException {
        try (RegistrySession.Body body = session.blob(blob, from)) {
            if (body.offset() != from) {
                // It cannot continue in the middle; start again.
                try (BlobWriter writer = store.write(ingest(blob))) {
                    writer.discard();
                }
            }
            try (BlobWriter writer = store.write(ingest(blob))) {
                copy(blob, body.answer().body(), writer);
            }
        }
    }

    private void copy(Descriptor blob, InputStream in, BlobWriter writer) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long at = writer.offset();
        long told = at;
        progress.on(new ProgressEvent.Downloading(blob.digest(), at, blob.size()));
        while (true) {
            int n = in.read(buffer);
            if (n < 0) {
                break;
            }
            if (Thread.currentThread().isInterrupted()) {
                throw new Unavailable(
                        "pull layer " + blob.digest() + " of " + session.repositoryName(),
                        "the thread was interrupted",
                        "pull again; what has come is kept");
            }
            at += n;
            if (at > blob.size()) {
                writer.discard();
                throw new InvalidArgument(
                        "pull layer " + blob.digest() + " of " + session.repositoryName(),
                        "the registry sends more than the " + blob.size() + " bytes that the manifest says",
                        "ask the owner of the registry");
            }
            writer.write(ByteBuffer.wrap(buffer, 0, n));
            if (at - told >= TELL_EVERY || at == blob.size()) {
                told = at;
                progress.on(new ProgressEvent.Downloading(blob.digest(), at, blob.size()));
            }
        }
        if (at < blob.size()) {
            throw new IOException("the transfer ended after " + at + " of " + blob.size() + " bytes");
        }
    }

    private static IngestName ingest(Descriptor blob) {
        Digest digest = blob.digest();
        return new IngestName(
                "pull-" + digest.algorithm().wireName() + "-" + digest.hex().substring(0, 64));
    }
}
