package dev.gantry.images.archive;

import dev.gantry.base.Digest;
import dev.gantry.images.content.BlobWriter;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.content.IngestName;
import dev.gantry.images.gc.Marks;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/// Streams of unknown or promised digest into the store. What comes in is held by `holder` before it is
/// visible.
public final class Spool {
    private static final int BUFFER = 256 << 10;

    private final ContentStore content;
    private final Marks holder;
    private final String prefix;
    private final boolean synced;
    private int count;

    public Spool(ContentStore content, Marks holder, RandomGenerator random) {
        this(content, holder, random, true);
    }

    /// What is durable only after the next [ContentStore#settle].
    public static Spool unsynced(ContentStore content, Marks holder, RandomGenerator random) {
        return new Spool(content, holder, random, false);
    }

    private Spool(ContentStore content, Marks holder, RandomGenerator random, boolean synced) {
        this.content = content;
        this.holder = holder;
        this.synced = synced;
        this.prefix = "spool-" + HexFormat.of().toHexDigits(random.nextLong()) + "-";
    }

    /// Everything up to the end of `in`. An error leaves nothing.
    public Digest add(InputStream in) throws IOException {
        try (Transfer transfer = new Transfer()) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                transfer.writer.write(ByteBuffer.wrap(buffer, 0, n));
            }
            return transfer.commit();
        }
    }

    /// What writes into a stream.
    @FunctionalInterface
    public interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /// Everything that `writing` writes. An error leaves nothing.
    public Digest add(Writing writing) throws IOException {
        try (Transfer transfer = new Transfer()) {
            OutputStream direct = new OutputStream() {
                @Override
                public void write(int one) throws IOException {
                    write(new byte[] {(byte) one}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int from, int length) throws IOException {
                    transfer.writer.write(ByteBuffer.wrap(bytes, from, length));
                }
            };
            BufferedOutputStream out = new BufferedOutputStream(direct, BUFFER);
            writing.to(out);
            out.flush();
            return transfer.commit();
        }
    }

    /// The same when the digest is known before; [dev.gantry.base.InvalidArgument] when the bytes have
    /// another.
    public void add(InputStream in, Digest promised) throws IOException {
        try (Transfer transfer = new Transfer()) {
            byte[] buffer = new byte[BUFFER];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                transfer.writer.write(ByteBuffer.wrap(buffer, 0, n));
            }
            transfer.commit(promised);
        }
    }

    private final class Transfer implements AutoCloseable {
        private final BlobWriter writer = content.write(new IngestName(prefix + count++));
        private boolean ended;

        /// Of whatever was written.
        Digest commit() {
            Digest digest = writer.sha256();
            if (synced) {
                commit(digest);
            } else {
                holder.blob(digest);
                ended = true;
                writer.keep();
            }
            return digest;
        }

        void commit(Digest digest) {
            holder.blob(digest);
            // Whatever it finds, a commit leaves no half transfer behind.
            ended = true;
            writer.commit(digest, -1);
        }

        @Override
        public void close() {
            if (!ended) {
                writer.discard();
            }
            writer.close();
        }
    }
}
