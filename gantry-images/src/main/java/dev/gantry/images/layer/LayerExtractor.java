package dev.gantry.images.layer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/// Unpacks the tar of one layer into an empty directory in the form an overlay mount wants: whiteouts
/// and opaque directories translated, owners, modes, times and attributes kept, nothing outside the
/// directory touched.
public interface LayerExtractor {
    /// Reads `tar` to its end, padding included, and returns the sum of the file sizes. `IOException`
    /// is what reading `tar` threw; a tar that is wrong is [dev.gantry.base.InvalidArgument]. `name` is
    /// for messages.
    long extract(InputStream tar, Path directory, String name) throws IOException;
}
