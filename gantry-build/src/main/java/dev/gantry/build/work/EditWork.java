package dev.gantry.build.work;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.build.context.Finding;
import dev.gantry.build.context.OpenedTree;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.FileAction;
import dev.gantry.build.graph.Op;
import dev.gantry.build.solve.Result;
import dev.gantry.images.image.Layers;
import dev.gantry.linux.Fd;
import dev.gantry.linux.FileType;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Changes of files, one after the other, as one layer.
final class EditWork {
    private static final int NEW_FILE =
            OpenFlags.READ_WRITE | OpenFlags.CREATE | OpenFlags.EXCLUSIVE | OpenFlags.NO_FOLLOW;

    private final Roots roots;

    EditWork(Roots roots) {
        this.roots = roots;
    }

    /// Of what it copies rather than of all there is to copy from.
    static Digest key(Op.Edit edit, List<Result> inputs) {
        StringBuilder text = new StringBuilder("edit ").append(edit.digest());
        for (int i = 0; i < inputs.size(); i++) {
            text.append("\ninput ");
            if (inputs.get(i) instanceof Result.Source source && i > 0 && !source.isKnown()) {
                for (FileAction action : edit.actions()) {
                    if (action instanceof FileAction.Copy copy && copy.input() == i) {
                        text.append(new Picks(source.tree(), copy).digest()).append(' ');
                    }
                }
            } else {
                text.append(inputs.get(i).identity());
            }
        }
        return Digest.sha256Of(text.toString());
    }

    Result.Root run(Op.Edit edit, Result.Root above, List<Result> inputs, Layers.Hold hold, Roots.Check check) {
        try (var trees = new Trees(inputs)) {
            return roots.written(above, hold, check, target -> {
                for (FileAction action : edit.actions()) {
                    checkInterrupt();
                    act(action, target, trees, above.time());
                }
            });
        } catch (IOException e) {
            throw new Unavailable("change the files of a step", String.valueOf(e.getMessage()), "look at the disk", e);
        }
    }

    private static void checkInterrupt() {
        if (Thread.currentThread().isInterrupted()) {
            throw new Unavailable("build", "it was cancelled", "start it again");
        }
    }

    /// All files of a tree as a root of their own.
    Result.Root whole(SourceTree tree, Instant time, Layers.Hold hold) {
        var all = new FileAction.Copy(0, "/", "/", FileAction.How.CONTENTS);
        try {
            return roots.written(
                    new Result.Root(List.of(), time),
                    hold,
                    Roots.Check.NONE,
                    target -> new Copying(tree, all, target, Optional.empty(), time).run());
        } catch (IOException e) {
            throw new Unavailable("keep the files of a step", String.valueOf(e.getMessage()), "look at the disk", e);
        }
    }

    /// Inputs are opened when the first action needs them.
    private final class Trees implements AutoCloseable {
        private final List<Result> inputs;
        private final Map<Integer, SourceTree> opened = new HashMap<>();

        Trees(List<Result> inputs) {
            this.inputs = inputs;
        }

        SourceTree of(int input) {
            return switch (inputs.get(input)) {
                case Result.Source source -> source.tree();
                case Result.Root root -> opened.computeIfAbsent(input, _ -> roots.open(root));
            };
        }

        Optional<Copying.Ids> owner(Optional<FileAction.Owner> owner) throws IOException {
            if (owner.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(
                    Owners.needsFiles(owner.get())
                            ? Owners.of(owner.get(), of(owner.get().names()))
                            : Owners.numbers(owner.get()));
        }

        @Override
        public void close() {
            opened.values().forEach(SourceTree::close);
        }
    }

    private static void act(FileAction action, Target target, Trees trees, Instant time) throws IOException {
        switch (action) {
            case FileAction.Copy copy ->
                new Copying(
                                trees.of(copy.input()),
                                copy,
                                target,
                                trees.owner(copy.how().owner()),
                                time)
                        .run();
            case FileAction.MakeDirectory make ->
                makeDirectory(
                        make,
                        target,
                        looks(
                                make.mode(),
                                trees.owner(make.owner()),
                                make.time().orElse(time)));
            case FileAction.MakeFile make ->
                makeFile(
                        make,
                        target,
                        looks(
                                make.mode(),
                                trees.owner(make.owner()),
                                make.time().orElse(time)));
            case FileAction.MakeLink make ->
                makeLink(
                        make,
                        target,
                        looks(0, trees.owner(make.owner()), make.time().orElse(time)));
            case FileAction.Remove remove -> remove(remove, target);
        }
    }

    private static Target.Looks looks(int mode, Optional<Copying.Ids> owner, Instant time) {
        Copying.Ids ids = owner.orElse(new Copying.Ids(0, 0));
        return new Target.Looks(mode, ids.uid(), ids.gid(), time);
    }

    private static void makeDirectory(FileAction.MakeDirectory make, Target target, Target.Looks looks) {
        if (make.parents()) {
            if (!target.isDirectory(make.path())) {
                target.directory(make.path(), looks).close();
            }
            return;
        }
        Linux linux = target.linux();
        try (Place place = Place.of(make.path(), target)) {
            linux.directories().make(place.parent(), place.name(), looks.mode());
            linux.attributes().owner(place.parent(), place.name(), looks.uid(), looks.gid());
            linux.attributes().mode(place.parent(), place.name(), looks.mode());
        }
    }

    /// A name in a directory that is there.
    private record Place(Fd parent, String name) implements AutoCloseable {
        private static final Target.Looks USUAL = new Target.Looks(0755, 0, 0, Result.Root.NO_TIME);

        static Place of(String path, Target target) {
            String clean = Target.relative(path);
            int slash = clean.lastIndexOf('/');
            return new Place(
                    target.directory(slash < 0 ? "" : clean.substring(0, slash), USUAL), clean.substring(slash + 1));
        }

        @Override
        public void close() {
            parent.close();
        }
    }

    private static void makeFile(FileAction.MakeFile make, Target target, Target.Looks looks) {
        Linux linux = target.linux();
        boolean into = make.path().endsWith("/");
        if (into) {
            throw new InvalidArgument("write the file " + make.path(), "it has no name", "name a file");
        }
        byte[] bytes = make.content().bytes();
        try (Place place = Place.of(make.path(), target)) {
            target.clear(place.parent(), place.name());
            try (Fd file = linux.files().open(place.parent(), place.name(), NEW_FILE, 0600, Resolve.PLAIN)) {
                linux.files().write(file, bytes, 0, bytes.length);
                linux.attributes().owner(file, looks.uid(), looks.gid());
                linux.attributes().mode(file, looks.mode());
                linux.attributes().times(file, looks.time(), looks.time());
            }
        }
    }

    private static void makeLink(FileAction.MakeLink make, Target target, Target.Looks looks) {
        Linux linux = target.linux();
        try (Place place = Place.of(make.path(), target)) {
            target.clear(place.parent(), place.name());
            linux.directories().symlink(make.target(), place.parent(), place.name());
            linux.attributes().owner(place.parent(), place.name(), looks.uid(), looks.gid());
            linux.attributes().times(place.parent(), place.name(), looks.time(), looks.time());
        }
    }

    private static void remove(FileAction.Remove remove, Target target) {
        SourceTree seen = new OpenedTree(target.linux(), target.root(), () -> {});
        List<String> paths = remove.wildcard()
                ? new Finding(seen).matching(remove.path())
                : new Finding(seen).real(remove.path(), false).stream().toList();
        if (paths.isEmpty() && !remove.mayBeMissing()) {
            throw new InvalidArgument("remove " + remove.path(), "there is no such file or directory", "leave it out");
        }
        for (String path : paths) {
            if (seen.find(path).filter(n -> n.type() != FileType.SOCKET).isEmpty() && !remove.mayBeMissing()) {
                throw new InvalidArgument("remove " + remove.path(), "there is no such file", "leave it out");
            }
            try (Place place = Place.of(path, target)) {
                target.linux().trees().delete(place.parent(), place.name());
            }
        }
    }
}
