package dev.gantry.build.work;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.path.Patterns;
import dev.gantry.build.context.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.FileAction;
import dev.gantry.linux.FileType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What one copy takes from a tree.
final class Picks {
    private final SourceTree tree;
    private final Finding finding;
    private final FileAction.Copy copy;
    private final Patterns include;
    private final Patterns exclude;
    private final Map<Long, String> firstNames = new HashMap<>();

    /// @param path in the source, without links
    /// @param name as which it is copied into a directory; with slashes if directories above it are copied too
    record Pick(String path, String name, SourceTree.Node node) {}

    Picks(SourceTree tree, FileAction.Copy copy) {
        this.tree = tree;
        this.finding = new Finding(tree);
        this.copy = copy;
        this.include = Patterns.of(copy.how().include());
        this.exclude = Patterns.of(copy.how().exclude());
    }

    /// Of all files of a tree.
    static Digest whole(SourceTree tree) {
        return new Picks(tree, new FileAction.Copy(0, "/", "/", FileAction.How.CONTENTS)).digest();
    }

    /// In the order of their names.
    List<Pick> all() {
        String source = clean(copy.source());
        List<String> found;
        boolean pattern = copy.how().wildcard() && Finding.isPattern(source);
        if (pattern) {
            found = finding.matching(source);
            if (found.isEmpty() && !copy.how().mayMatchNothing()) {
                throw missing("nothing matches it");
            }
        } else {
            found = List.of(source);
        }
        List<Pick> picks = new ArrayList<>();
        for (String path : found) {
            Optional<String> real =
                    finding.real(path, copy.how().follow() || copy.how().contents());
            Optional<SourceTree.Node> node = real.flatMap(tree::find);
            if (node.isEmpty()) {
                if (pattern && copy.how().mayMatchNothing()) {
                    continue;
                }
                throw missing("there is no such file or directory");
            }
            picks.add(new Pick(real.get(), name(path), node.get()));
        }
        return picks;
    }

    private InvalidArgument missing(String why) {
        return new InvalidArgument(
                "copy " + copy.source(), why, "see whether it is there, and whether a .dockerignore hides it");
    }

    private static String clean(String source) {
        return source.replaceAll("^/+", "").replaceAll("(?<=.)/+$", "").replaceAll("^(\\./+)+(?=.)", "");
    }

    private String name(String path) {
        if (!copy.how().parents()) {
            return path.substring(path.lastIndexOf('/') + 1);
        }
        int pivot = copy.source().indexOf("/./");
        if (pivot < 0) {
            return path;
        }
        long skipped =
                copy.source().substring(0, pivot).chars().filter(c -> c == '/').count()
                        + (copy.source().startsWith("/") ? 0 : 1);
        String rest = path;
        for (long i = 0; i < skipped && rest.indexOf('/') >= 0; i++) {
            rest = rest.substring(rest.indexOf('/') + 1);
        }
        return rest;
    }

    /// @param below relative to what is picked
    boolean takes(String below, FileType type) {
        boolean directory = type == FileType.DIRECTORY;
        if (exclude.matches(below) && !(directory && exclude.mayDifferBelow(below))) {
            return false;
        }
        return include.isEmpty() || include.matches(below) || (directory && include.mayDifferBelow(below));
    }

    /// Directories that are only walked because something below may be wanted.
    boolean isOnTheWay(String below) {
        return exclude.matches(below) || !(include.isEmpty() || include.matches(below));
    }

    /// Of what is picked: names, kinds, owners, modes and bytes, and no times that are chance.
    Digest digest() {
        var all = new Description();
        for (Pick pick : all()) {
            describe(pick.path(), "", pick.name(), pick.node(), all);
        }
        return all.digest();
    }

    private void describe(String path, String below, String name, SourceTree.Node node, Description all) {
        all.name(name).text(node.type().name());
        all.number(node.mode()).number(node.uid()).number(node.gid());
        all.text(tree.timesAreChance() ? "" : node.modified().toString());
        all.number(node.xattrs().size());
        new TreeMap<>(node.xattrs()).forEach((key, value) -> all.name(key).bytes(value));
        switch (node.type()) {
            case REGULAR -> all.text(bytes(path)).name(firstName(node, name));
            case SYMLINK -> all.name(node.link());
            case CHARACTER_DEVICE, BLOCK_DEVICE -> all.number(node.major()).number(node.minor());
            default -> {}
        }
        if (node.type() == FileType.DIRECTORY) {
            for (String each : tree.names(path)) {
                String there = Finding.below(path, each);
                String relative = Finding.below(below, each);
                Optional<SourceTree.Node> child = tree.find(there);
                if (child.isPresent() && takes(relative, child.get().type())) {
                    describe(there, relative, name + "/" + each, child.get(), all);
                }
            }
        }
    }

    /// Of a file with several names the first that is copied; else none.
    private String firstName(SourceTree.Node node, String name) {
        String first = node.inode() == 0 ? null : firstNames.putIfAbsent(node.inode(), name);
        return first == null ? "" : first;
    }

    private String bytes(String path) {
        try {
            return tree.digest(path);
        } catch (IOException e) {
            throw new UncheckedIOException("read " + path, e);
        }
    }
}
