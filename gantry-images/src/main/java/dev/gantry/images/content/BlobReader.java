package dev.gantry.images.content;

import java.io.InputStream;

/// The bytes of one blob. Closing releases the file.
public abstract class BlobReader extends InputStream {
    public abstract long size();
}
