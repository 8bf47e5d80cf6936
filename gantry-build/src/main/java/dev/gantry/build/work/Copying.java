package dev.gantry.build.work;

import dev.gantry.base.InvalidArgument;
import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.FileAction;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One copy from a tree into a root.
final class Copying {
    private static final int NEW_DIRECTORY = 0755;
    private static final int NEW_FILE =
            OpenFlags.READ_WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE | OpenFlags.NO_FOLLOW;

    private final SourceTree from;
    private final FileAction.Copy copy;
    private final Picks picks;
    private final Target target;
    private final Linux linux;
    private final Optional<Ids> owner;
    private final Instant time;

    /// Where files with several names were copied to, by what is the same for all of them.
    private final Map<Long, String> names = new HashMap<>();

    /// The same the other way round.
    private final Map<String, Long> named = new HashMap<>();

    /// Numbers of a user and a group.
    record Ids(int uid, int gid) {}

    /// @param time of files whose own is chance
    Copying(SourceTree from, FileAction.Copy copy, Target target, Optional<Ids> owner, Instant time) {
        this.from = from;
        this.copy = copy;
        this.picks = new Picks(from, copy);
        this.target = target;
        this.linux = target.linux();
        this.owner = owner;
        this.time = time;
    }

    void run() throws IOException {
        List<Picks.Pick> all = picks.all();
        boolean several = all.size() > 1 || copy.destination().endsWith("/");
        for (Picks.Pick pick : all) {
            if (copy.how().unpack() != FileAction.Unpack.NEVER && pick.node().type() == FileType.REGULAR) {
                if (new Unpacking(from, target, owner, looks()).unpacked(pick.path(), copy.destination())) {
                    continue;
                }
                if (copy.how().unpack() == FileAction.Unpack.ALWAYS) {
                    throw new InvalidArgument(
                            "unpack " + pick.name(), "it is no archive", "add it without --unpack=true");
                }
            }
            one(pick, several || target.isDirectory(copy.destination()));
        }
    }

    private void one(Picks.Pick pick, boolean intoDirectory) throws IOException {
        String destination = copy.destination();
        boolean directory = pick.node().type() == FileType.DIRECTORY;
        if (directory && copy.how().contents() && !copy.how().parents()) {
            boolean isNew = target.followed(destination).isEmpty();
            try (Fd into = target.directory(destination, looks())) {
                contents(pick.path(), "", into, Target.relative(destination));
                if (isNew && destination.replaceAll("/+$", "").lastIndexOf('/') >= 0) {
                    describe(into, pick.node());
                }
            }
            return;
        }
        String path = intoDirectory || copy.how().parents() ? destination + "/" + pick.name() : destination;
        if (!directory
                && !picks.takes(
                        pick.name().substring(pick.name().lastIndexOf('/') + 1),
                        pick.node().type())) {
            return;
        }
        String clean = Target.relative(path);
        int slash = clean.lastIndexOf('/');
        try (Fd parent = target.directory(slash < 0 ? "" : clean.substring(0, slash), looks())) {
            var to = new To(parent, clean.substring(slash + 1), clean);
            file(pick.path(), "", to, pick.node());
        }
    }

    private Target.Looks looks() {
        Ids ids = owner.orElse(new Ids(0, 0));
        return new Target.Looks(NEW_DIRECTORY, ids.uid(), ids.gid(), time);
    }

    /// @param at where the directory is in the target
    private void contents(String directory, String below, Fd into, String at) throws IOException {
        for (String name : from.names(directory)) {
            String path = Finding.below(directory, name);
            String relative = Finding.below(below, name);
            Optional<SourceTree.Node> node = from.find(path);
            if (node.isPresent() && picks.takes(relative, node.get().type())) {
                if (node.get().type() == FileType.DIRECTORY && picks.isOnTheWay(relative) && !wanted(path, relative)) {
                    continue;
                }
                file(path, relative, new To(into, name, Finding.below(at, name)), node.get());
            }
        }
    }

    /// Whether anything below is copied.
    private boolean wanted(String directory, String below) {
        for (String name : from.names(directory)) {
            String path = Finding.below(directory, name);
            String relative = Finding.below(below, name);
            Optional<SourceTree.Node> node = from.find(path);
            if (node.isPresent() && picks.takes(relative, node.get().type())) {
                if (node.get().type() != FileType.DIRECTORY || !picks.isOnTheWay(relative) || wanted(path, relative)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// @param path the same place from the root of the target, for its other names
    private record To(Fd parent, String name, String path) {}

    private void file(String path, String below, To to, SourceTree.Node node) throws IOException {
        Fd parent = to.parent();
        String name = to.name();
        if (node.type() == FileType.DIRECTORY) {
            target.makeDirectory(parent, name, NEW_DIRECTORY);
            try (Fd into = target.enter(parent, name)) {
                contents(path, below, into, to.path());
                describe(into, node);
            }
            return;
        }
        target.clear(parent, name);
        Long replaced = named.remove(to.path());
        if (replaced != null) {
            names.remove(replaced);
        }
        try {
            if (node.inode() != 0 && isLinked(to, node)) {
                return;
            }
            switch (node.type()) {
                case SYMLINK -> linux.directories().symlink(node.link(), parent, name);
                case REGULAR -> bytes(path, parent, name, node);
                case FIFO -> linux.directories().makeNode(parent, name, 010000 | 0600, 0, 0);
                case CHARACTER_DEVICE ->
                    linux.directories().makeNode(parent, name, 020000 | 0600, node.major(), node.minor());
                case BLOCK_DEVICE ->
                    linux.directories().makeNode(parent, name, 060000 | 0600, node.major(), node.minor());
                default -> {
                    return; // a socket means nothing without its process
                }
            }
            if (node.type() != FileType.REGULAR) {
                Ids ids = ids(node);
                linux.attributes().owner(parent, name, ids.uid(), ids.gid());
                if (node.type() != FileType.SYMLINK) {
                    linux.attributes().mode(parent, name, mode(node));
                }
                linux.attributes().times(parent, name, time(node), time(node));
            }
        } catch (LinuxError e) {
            throw e.during("copy " + path);
        }
    }

    /// Another name of a file that this copy has made already. The first one is looked for by its path, below the root
    /// of the target.
    private boolean isLinked(To to, SourceTree.Node node) {
        String first = node.type() == FileType.REGULAR ? names.putIfAbsent(node.inode(), to.path()) : null;
        if (first == null) {
            if (node.type() == FileType.REGULAR) {
                named.put(to.path(), node.inode());
            }
            return false;
        }
        int slash = first.lastIndexOf('/');
        try (Fd there = target.directory(slash < 0 ? "" : first.substring(0, slash), looks())) {
            linux.directories().link(there, first.substring(slash + 1), to.parent(), to.name());
            return true;
        }
    }

    private void bytes(String path, Fd parent, String name, SourceTree.Node node) throws IOException {
        try (Fd file = linux.files().open(parent, name, NEW_FILE, 0600, Resolve.PLAIN)) {
            from.copy(path, file);
            describe(file, node);
        }
    }

    private void describe(Fd file, SourceTree.Node node) {
        Ids ids = ids(node);
        linux.attributes().owner(file, ids.uid(), ids.gid());
        node.xattrs().forEach((key, value) -> linux.attributes().setXattr(file, key, value));
        linux.attributes().mode(file, mode(node));
        linux.attributes().times(file, time(node), time(node));
    }

    private Ids ids(SourceTree.Node node) {
        return owner.orElse(new Ids(node.uid(), node.gid()));
    }

    private int mode(SourceTree.Node node) {
        return Modes.apply(copy.how().mode(), node.mode(), node.type() == FileType.DIRECTORY);
    }

    private Instant time(SourceTree.Node node) {
        return copy.how().time().orElse(from.timesAreChance() ? time : node.modified());
    }
}
