package dev.gantry.cli.image;

import dev.gantry.cli.Caller;
import dev.gantry.java.ProjectFiles;
import java.io.InputStream;
import java.util.List;

/// The caller's files, with the caller's rights.
record CallerFiles(Caller caller) implements ProjectFiles {
    @Override
    public boolean isFile(String path) {
        return switch (caller.kind(path)) {
            case FILE -> true;
            case LINK -> caller.kind(caller.followed(path)) == Caller.Kind.FILE;
            case ABSENT, DIRECTORY, OTHER -> false;
        };
    }

    @Override
    public List<String> names(String directory) {
        return caller.kind(directory + "/") == Caller.Kind.DIRECTORY ? caller.names(directory) : List.of();
    }

    @Override
    public long size(String path) {
        return caller.size(path);
    }

    @Override
    public InputStream open(String path) {
        return caller.open(path);
    }
}
