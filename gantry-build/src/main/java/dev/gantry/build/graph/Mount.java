package dev.gantry.build.graph;

import java.util.OptionalInt;
import java.util.OptionalLong;

/// What a program finds at a place while it runs.
public sealed interface Mount {
    String target();

    /// Files of an input.
    ///
    /// @param input the place of the input; empty: nothing, as a new directory
    /// @param source the path in it that is mounted; empty: its root
    /// @param result which result of the vertex it becomes with what was written; empty: that is forgotten
    record Tree(String target, OptionalInt input, String source, boolean readOnly, OptionalInt result)
            implements Mount {}

    /// A directory that stays from build to build.
    ///
    /// @param id among those of all builds
    /// @param input what is in a new one; empty: nothing
    /// @param source the path in `input`
    /// @param mode of a new one, as `owner` is
    record Cache(
            String target,
            String id,
            Sharing sharing,
            OptionalInt input,
            String source,
            boolean readOnly,
            int mode,
            long uid,
            long gid)
            implements Mount {}

    enum Sharing {
        /// All write at the same time.
        SHARED,
        /// Each has one of his own.
        PRIVATE,
        /// One waits for the other.
        LOCKED
    }

    /// A directory in memory.
    ///
    /// @param size in bytes; empty: the kernel's own limit
    record Memory(String target, OptionalLong size) implements Mount {}

    /// A file whose bytes whoever asked for the build has.
    record Secret(String target, String id, boolean required, int mode, long uid, long gid) implements Mount {}

    /// A socket to an SSH agent of whoever asked for the build.
    ///
    /// @param target empty: one is chosen; `SSH_AUTH_SOCK` names it
    record Ssh(String target, String id, boolean required, int mode, long uid, long gid) implements Mount {}
}
