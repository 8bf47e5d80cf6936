package dev.gantry.java;

import java.io.InputStream;
import java.util.List;

/// The files of who asks, by paths from the root.
public interface ProjectFiles {
    boolean isFile(String path);

    /// What is in a directory, in any order; nothing when there is none.
    List<String> names(String directory);

    /// In bytes.
    long size(String path);

    InputStream open(String path);
}
