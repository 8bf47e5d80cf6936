package dev.gantry.build.work;

import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.FileAction;
import dev.gantry.build.solve.Result;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.util.Optional;

/// All files of a tree into a directory.
public final class TreeCopy {
    private TreeCopy() {}

    /// Over what is there; no link in it leads out of the directory.
    public static void into(Linux linux, SourceTree tree, Fd directory) throws IOException {
        Fd again = linux.files().open(directory, ".", OpenFlags.READ | OpenFlags.DIRECTORY, 0, Resolve.PLAIN);
        try (var target = new Target(linux, again)) {
            var all = new FileAction.Copy(0, "/", "/", FileAction.How.CONTENTS);
            new Copying(tree, all, target, Optional.empty(), Result.Root.NO_TIME).run();
        }
    }
}
