package dev.gantry.cli.container;

import dev.gantry.base.InvalidArgument;

/// Where the archive of one file or directory is unpacked, and how that is called there: by the rules of cp(1) and of
/// `docker cp`, whichever side is the container's.
///
/// @param directory an existing one, it is hoped
/// @param name empty: as in the archive
record CopyTarget(String directory, String name) {
    private static final String WHAT = "copy files";

    /// Of `path`, as it was asked for, where is what is said here.
    ///
    /// @param directory the source is one
    /// @param rebase its name where that is not the one in the archive
    static CopyTarget of(boolean directory, String rebase, String path, boolean exists, boolean isDirectory) {
        if (exists && isDirectory) {
            return new CopyTarget(path, rebase);
        }
        if (directory && exists) {
            throw new InvalidArgument(
                    WHAT, "cannot copy directory over " + path + ", which is none", "name a directory, or a new name");
        }
        if (!directory && asksForDirectory(path)) {
            throw new InvalidArgument(WHAT, "no such directory: " + path, "make it first, or leave out the slash");
        }
        return new CopyTarget(parent(path), last(path));
    }

    /// Whether it is to be a directory by how it is written.
    static boolean asksForDirectory(String path) {
        return path.endsWith("/") || asksForContents(path);
    }

    /// Whether it means what is in a directory, and not the directory.
    static boolean asksForContents(String path) {
        return path.equals(".") || path.endsWith("/.");
    }

    private static String bare(String path) {
        String rest = path;
        while (rest.length() > 1 && asksForDirectory(rest)) {
            rest = rest.substring(0, rest.length() - 1);
        }
        return rest;
    }

    static String last(String path) {
        String bare = bare(path);
        return bare.substring(bare.lastIndexOf('/') + 1);
    }

    static String parent(String path) {
        String bare = bare(path);
        int slash = bare.lastIndexOf('/');
        return slash <= 0 ? "/" : bare.substring(0, slash);
    }
}
