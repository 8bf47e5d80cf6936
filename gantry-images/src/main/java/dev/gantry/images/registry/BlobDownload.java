package dev.gantry.images.registry;

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
import java.io.InterruptedIOException;
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
        boolean resumed = offset(blob) > 0;
        try {
            transfer(blob);
        } catch (InvalidArgument e) {
            if (!resumed) {
                throw e;
            }
            // What an earlier transfer left may have been the wrong part; the store has forgotten all of it.
            transfer(blob);
        }
    }

    private void transfer(Descriptor blob) {
        String what = "pull layer " + blob.digest() + " of " + session.repositoryName();
        long reached = -1;
        int failures = 0;
        while (true) {
            long[] at = {0};
            try {
                attempt(blob, what, at);
                return;
            } catch (IOException e) {
                failures = at[0] > reached ? 1 : failures + 1;
                reached = Math.max(reached, at[0]);
                if (failures >= session.pace().attempts() || !Patience.worthAnother(e)) {
                    throw session.unavailable(what, e);
                }
                progress.on(new ProgressEvent.Retrying(blob.digest(), failures, Patience.words(e)));
                Patience.pause(what, Patience.before(session.pace(), failures, e));
            }
        }
    }

    /// Opening a writer hashes what is there already, so one serves the whole attempt. `at`: how far it
    /// came.
    private void attempt(Descriptor blob, String what, long[] at) throws IOException {
        try (BlobWriter writer = store.write(ingest(blob))) {
            at[0] = writer.offset();
            if (at[0] < blob.size()) {
                try (RegistrySession.Body body = session.blob(blob, at[0])) {
                    InputStream in = body.answer().body();
                    // A registry that cannot continue in the middle sends again what is here.
                    in.skipNBytes(at[0] - body.offset());
                    copy(blob, what, in, writer, at);
                }
            }
            progress.on(new ProgressEvent.Verifying(blob.digest()));
            writer.commit(blob.digest(), blob.size());
        }
        progress.on(new ProgressEvent.Downloaded(blob.digest()));
    }

    /// How much an earlier transfer left; what cannot be the beginning of this blob is forgotten.
    private long offset(Descriptor blob) {
        try (BlobWriter writer = store.write(ingest(blob))) {
            if (writer.offset() <= blob.size()) {
                return writer.offset();
            }
            writer.discard();
        }
        return 0;
    }

    private void copy(Descriptor blob, String what, InputStream in, BlobWriter writer, long[] at) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long told = at[0];
        progress.on(new ProgressEvent.Downloading(blob.digest(), at[0], blob.size()));
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            if (Thread.currentThread().isInterrupted()) {
                throw new Unavailable(
                        what,
                        "the thread was interrupted",
                        "pull again; what has come is kept",
                        new InterruptedIOException("interrupted between two blocks"));
            }
            at[0] += n;
            if (at[0] > blob.size()) {
                writer.discard();
                throw new InvalidArgument(
                        what,
                        "the registry sends more than the " + blob.size() + " bytes that the manifest says",
                        "ask the owner of the registry");
            }
            writer.write(ByteBuffer.wrap(buffer, 0, n));
            if (at[0] - told >= TELL_EVERY || at[0] == blob.size()) {
                told = at[0];
                progress.on(new ProgressEvent.Downloading(blob.digest(), at[0], blob.size()));
            }
        }
        if (at[0] < blob.size()) {
            throw new IOException("the transfer ended after " + at[0] + " of " + blob.size() + " bytes");
        }
    }

    private static IngestName ingest(Descriptor blob) {
        return IngestName.of(IngestName.PULL, blob.digest());
    }
}
