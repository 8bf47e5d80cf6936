package dev.gantry.daemon.client;

import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.images.layer.TreeTar;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import org.jspecify.annotations.Nullable;

/// A directory as a tar, packed on a thread of its own while it is read. What fails there fails here.
final class DirectoryArchive extends PipedInputStream {
    private static final int AHEAD = 1 << 18;

    private volatile @Nullable IOException failure;

    private DirectoryArchive() {
        super(AHEAD);
    }

    /// `name` is what the caller wrote, for messages.
    static InputStream of(String name, String path) {
        Linux linux = Linux.host();
        Fd root;
        try {
            root = linux.files().openDirectory(path);
        } catch (LinuxError e) {
            throw new NotFound("pack " + name, String.valueOf(e.getMessage()), "name a directory", e);
        }
        var archive = new DirectoryArchive();
        try {
            var out = new PipedOutputStream(archive);
            Thread.ofPlatform().name("pack").daemon().start(() -> archive.pack(linux, root, out));
        } catch (IOException e) {
            root.close();
            throw new IllegalStateException("a new pipe has no end yet", e);
        }
        return archive;
    }

    private void pack(Linux linux, Fd root, PipedOutputStream out) {
        try (out;
                root) {
            try {
                TreeTar.pack(linux, root, out);
            } catch (IOException e) {
                failure = e;
            } catch (GantryException e) {
                failure = new IOException(e.getMessage(), e);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    @Override
    public synchronized int read() throws IOException {
        return checked(super.read());
    }

    @Override
    public synchronized int read(byte[] bytes, int from, int length) throws IOException {
        return checked(super.read(bytes, from, length));
    }

    private int checked(int n) throws IOException {
        IOException failed = failure;
        if (n < 0 && failed != null) {
            throw failed;
        }
        return n;
    }
}
