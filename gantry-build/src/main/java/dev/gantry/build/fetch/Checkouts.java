package dev.gantry.build.fetch;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.path.Patterns;
import dev.gantry.build.context.LaterTree;
import dev.gantry.build.context.OpenedTree;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.WithoutIgnored;
import dev.gantry.build.graph.Op;
import dev.gantry.build.shelf.TreeSize;
import dev.gantry.linux.Errno;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.LinuxError;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Files of git repositories: which commit is meant is asked at once, and its files are fetched when somebody looks at
/// them.
final class Checkouts {
    private static final Logger LOG = LoggerFactory.getLogger(Checkouts.class);
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int INSIDE = Resolve.BENEATH | Resolve.NO_SYMLINKS | Resolve.NO_MAGICLINKS;

    private static final Patterns GIT = Patterns.of(List.of("**/.git"));

    private final Linux linux;
    private final Path directory;
    private final RandomGenerator random;
    private final long most;

    /// @param directory for checkouts alone: what is left there is taken away
    /// @param most bytes of one checkout
    Checkouts(Linux linux, Path directory, RandomGenerator random, long most) {
        this.linux = linux;
        this.directory = directory;
        this.random = random;
        this.most = most;
        try (var left = Files.list(directory)) {
            left.forEach(this::delete);
        } catch (IOException e) {
            throw new Unavailable("open the builder", "cannot list " + directory, "look at the data root", e);
        }
    }

    /// What cannot be deleted, as a git of an engine that was killed may still write to it, stays for the next engine:
    /// no other checkout has its name.
    private void delete(Path place) {
        try {
            linux.trees().delete(place.toString());
        } catch (LinuxError e) {
            LOG.warn("a checkout is left: {}: {}", place, e.getMessage());
        }
    }

    /// A commit and its files.
    ///
    /// @param commit all digits of it
    record Found(String commit, SourceTree tree) {}

    Found find(Op.GitSource source, String token) throws InterruptedException {
        String what = "load the repository " + Addresses.shown(source.url());
        checked(source, what);
        Git git = Git.forServer(source.url(), token);
        Tip tip = tip(git, source, what);
        if (!tip.commit().startsWith(source.checksum()) && !tip.tag().startsWith(source.checksum())) {
            throw new InvalidArgument(
                    what,
                    "expected checksum to match " + source.checksum() + ", got " + tip.commit(),
                    "see whether the reference or the checksum is the wrong one");
        }
        return new Found(tip.commit(), new LaterTree(true, () -> {
            SourceTree tree = checkout(git, source, tip.commit(), what);
            // What git itself has written is no file of the repository.
            return source.keepGitDirectory() ? tree : new WithoutIgnored(tree, GIT, true);
        }));
    }

    /// Nothing that a Dockerfile says is an option of git's.
    private static void checked(Op.GitSource source, String what) {
        boolean odd = source.url().startsWith("-")
                || source.ref().startsWith("-")
                || (source.url() + source.ref()).chars().anyMatch(c -> c <= ' ' || c == 0x7f);
        if (odd) {
            throw new InvalidArgument(what, "its address or its reference is none", "write https://host/path.git#ref");
        }
    }

    /// @param tag the object of an annotated tag; else as `commit`
    private record Tip(String commit, String tag) {}

    private Tip tip(Git git, Op.GitSource source, String what) throws InterruptedException {
        if (COMMIT.matcher(source.ref()).matches()) {
            return new Tip(source.ref(), source.ref());
        }
        String ref = source.ref().isEmpty() ? "HEAD" : source.ref();
        String listed = git.run(what, directory, "ls-remote", "--", Git.plain(source.url()), ref, ref + "^{}");
        Map<String, String> objects = new HashMap<>();
        for (String line : listed.split("\n")) {
            String[] words = line.split("\t", 2);
            if (words.length == 2 && COMMIT.matcher(words[0]).matches()) {
                objects.put(words[1], words[0]);
            }
        }
        // As git itself looks for what a name means, git-rev-parse(1).
        for (String name : List.of(ref, "refs/" + ref, "refs/tags/" + ref, "refs/heads/" + ref)) {
            String object = objects.get(name);
            if (object != null) {
                return new Tip(objects.getOrDefault(name + "^{}", object), object);
            }
        }
        throw new NotFound(what, "it has no reference " + ref, "name a branch, a tag or all digits of a commit");
    }

    private SourceTree checkout(Git git, Op.GitSource source, String commit, String what) {
        byte[] name = new byte[16];
        random.nextBytes(name);
        Path place = directory.resolve(HexFormat.of().formatHex(name));
        boolean whole = false;
        try {
            Files.createDirectory(place);
            fetch(git.within(() -> bounded(place, what)), source, commit, place, what);
            SourceTree tree = opened(place, source, what);
            whole = true;
            return tree;
        } catch (IOException e) {
            throw new Unavailable(what, String.valueOf(e.getMessage()), "look at the disk", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("build", "it was cancelled", "start it again", e);
        } finally {
            if (!whole) {
                delete(place);
            }
        }
    }

    private void bounded(Path place, String what) {
        try (Fd all = linux.files().openDirectory(directory.toString())) {
            if (TreeSize.of(linux, all, String.valueOf(place.getFileName())) > most) {
                throw new InvalidArgument(what, "it has more than " + most + " bytes", "fetch it in a RUN");
            }
        }
    }

    private void fetch(Git git, Op.GitSource source, String commit, Path place, String what)
            throws IOException, InterruptedException {
        git.run(what, place, "init", "-q");
        git.run(what, place, "remote", "add", "origin", Git.plain(source.url()));
        String named = source.ref().isEmpty() ? "HEAD" : source.ref();
        // Servers may refuse to give a commit by its number alone, and old ones give all or nothing.
        for (String some : List.of(commit, named)) {
            if (!has(git, commit, place, what)) {
                git.ask(what, place, "fetch", "-q", "--depth=1", "--no-tags", "origin", some);
            }
        }
        if (!has(git, commit, place, what)) {
            git.run(what, place, "fetch", "-q", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*");
        }
        git.run(what, place, "checkout", "-q", "-f", "--detach", commit);
        if (source.submodules() && Files.exists(place.resolve(".gitmodules"), LinkOption.NOFOLLOW_LINKS)) {
            String[] update = {"submodule", "update", "-q", "--init", "--recursive"};
            String[] shallow = Arrays.copyOf(update, update.length + 1);
            shallow[update.length] = "--depth=1";
            if (git.ask(what, place, shallow).code() != 0) {
                git.run(what, place, update);
            }
        }
        if (source.keepGitDirectory()) {
            GitDirectories.tidy(linux, git, place, what);
        }
    }

    private static boolean has(Git git, String commit, Path place, String what) throws InterruptedException {
        return git.ask(what, place, "cat-file", "-e", commit + "^{commit}").code() == 0;
    }

    private SourceTree opened(Path place, Op.GitSource source, String what) {
        String below = source.subdirectory().replaceAll("/+", "/").replaceAll("^/|/$", "");
        try (Fd root = linux.files().openDirectory(place.toString())) {
            int flags = OpenFlags.READ | OpenFlags.DIRECTORY;
            Fd directoryOf = linux.files().open(root, below.isEmpty() ? "." : below, flags, 0, INSIDE);
            return new OpenedTree(linux, directoryOf, true, () -> delete(place));
        } catch (LinuxError e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV)) {
                throw new NotFound(what, "it has no directory " + source.subdirectory(), "check its name", e);
            }
            throw e.during(what);
        }
    }
}
