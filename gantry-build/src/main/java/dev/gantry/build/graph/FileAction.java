package dev.gantry.build.graph;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// One change of files. Paths are those of the tree, whose root is `/`; no link leads out of it.
public sealed interface FileAction {
    /// Copies from another input.
    ///
    /// @param input the place of the input that it copies from
    /// @param source a path, or a pattern if `how` says so
    /// @param destination ends with a slash if it is a directory
    record Copy(int input, String source, String destination, How how) implements FileAction {}

    /// @param owner empty: as in the source
    /// @param mode octal, or symbolic as `chmod` has it; empty: as in the source
    /// @param wildcard whether the source is a pattern
    /// @param mayMatchNothing whether a pattern without a match is no error
    /// @param contents of a directory its entries are copied, and not the directory
    /// @param follow the source's last component may be a link, whose target is copied
    /// @param parents the directories above the source are copied too, below the pivot `/./` if it has one
    /// @param unpack what happens to an archive
    /// @param linked the destination's links are not followed: it replaces what is there
    record How(
            Optional<Owner> owner,
            String mode,
            boolean wildcard,
            boolean mayMatchNothing,
            boolean contents,
            boolean follow,
            boolean parents,
            boolean linked,
            Unpack unpack,
            List<String> include,
            List<String> exclude,
            Optional<Instant> time) {
        /// All that is in a directory, as it is.
        public static final How CONTENTS = new How(
                Optional.empty(),
                "",
                false,
                true,
                true,
                true,
                false,
                false,
                Unpack.NEVER,
                List.of(),
                List.of(),
                Optional.empty());

        public How {
            include = List.copyOf(include);
            exclude = List.copyOf(exclude);
        }
    }

    enum Unpack {
        NEVER,
        /// One that is found by its first bytes: tar, plain or compressed with gzip, bzip2, xz or zstd.
        ARCHIVES,
        /// What is no archive is an error.
        ALWAYS
    }

    /// @param parents those that are missing above it are made too, and one that is there is no error
    record MakeDirectory(String path, int mode, boolean parents, Optional<Owner> owner, Optional<Instant> time)
            implements FileAction {}

    record MakeFile(String path, int mode, Content content, Optional<Owner> owner, Optional<Instant> time)
            implements FileAction {}

    record MakeLink(String path, String target, Optional<Owner> owner, Optional<Instant> time) implements FileAction {}

    record Remove(String path, boolean wildcard, boolean mayBeMissing) implements FileAction {}

    /// @param names where names are looked up: the place of the input whose `/etc/passwd` and `/etc/group` count
    /// @param user a name or a number
    /// @param group a name or a number; empty: the user's own number
    record Owner(String user, String group, int names) {}
}
