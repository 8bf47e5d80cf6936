package dev.gantry.engine.log.driver;

import java.io.IOException;
import java.io.InputStream;

/// A way to a receiver. One thread sends; any closes.
interface Wire extends AutoCloseable {
    /// One datagram, or a piece of a stream. An exception when the receiver is known to have gone.
    void send(byte[] bytes) throws IOException;

    default void flush() throws IOException {}

    /// What a receiver answers. Only of a stream that was opened to be answered.
    default InputStream answers() {
        return InputStream.nullInputStream();
    }

    @Override
    void close();
}
