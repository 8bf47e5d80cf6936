package dev.gantry.images.layer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.Consumer;

/// Unpacks the tar of one layer into an empty directory in the form an overlay mount wants: whiteouts
/// and opaque directories translated, owners, modes, times and attributes kept, nothing outside the
/// directory touched.
public interface LayerExtractor {
    /// Reads `tar` to its end, padding included, and returns the sum of the file sizes. `IOException`
    /// is what reading `tar` threw; a tar that is wrong is [dev.gantry.base.InvalidArgument]. `name` is
    /// for messages. `implied` hears of directories that entries are in and that no entry describes,
    /// the upper ones first: what owner and mode they should have only the layers below know.
    long extract(InputStream tar, Path directory, String name, Consumer<String> implied) throws IOException;

    default long extract(InputStream tar, Path directory, String name) throws IOException {
        return extract(tar, directory, name, _ -> {});
    }
}
