package dev.gantry.api.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// A two-way byte stream. One thread may read while another writes; `close` wakes both.
public interface Duplex extends Closeable {
    InputStream in();

    OutputStream out();

    /// Says that nothing more will be written; reading goes on.
    void shutdownOutput() throws IOException;
}
