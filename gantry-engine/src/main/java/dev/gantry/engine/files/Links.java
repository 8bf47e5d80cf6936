package dev.gantry.engine.files;

import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// What a path means inside a root once its links are followed, as text. To be told, not to be trusted: whoever opens
/// it has the kernel resolve it in the root once more.
final class Links {
    private static final int MOST = 255;

    private Links() {}

    /// What is not there is taken as it is written.
    static String follow(Linux linux, Fd root, String path) {
        Deque<String> todo = new ArrayDeque<>(List.of(path.split("/")));
        List<String> done = new ArrayList<>();
        boolean missing = false;
        int links = 0;
        while (!todo.isEmpty()) {
            String name = todo.pop();
            if (name.equals("..") && !done.isEmpty()) {
                done.removeLast();
            }
            if (name.isEmpty() || name.equals(".") || name.equals("..")) {
                continue;
            }
            done.add(name);
            if (missing) {
                continue;
            }
            int flags = OpenFlags.PATH | OpenFlags.NO_FOLLOW;
            int inside = Resolve.IN_ROOT | Resolve.NO_MAGICLINKS;
            try (Fd there = linux.files().open(root, "/" + String.join("/", done), flags, 0, inside)) {
                if (linux.attributes().stat(there).type() == FileType.SYMLINK) {
                    if (++links > MOST) {
                        throw new LinuxError("open", path, Errno.ELOOP);
                    }
                    done.removeLast();
                    String content = linux.directories().readLink(there, "");
                    if (content.startsWith("/")) {
                        done.clear();
                    }
                    List<String> parts = List.of(content.split("/"));
                    parts.reversed().forEach(todo::push);
                }
            } catch (LinuxError e) {
                if (!e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                    throw e;
                }
                missing = true;
            }
        }
        return "/" + String.join("/", done);
    }
}
