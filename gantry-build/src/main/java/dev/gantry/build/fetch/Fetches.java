package dev.gantry.build.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Unavailable;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.SpooledTree;
import dev.gantry.build.context.TarContext;
import dev.gantry.build.frontend.GitUrl;
import dev.gantry.build.graph.Op;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.build.solve.Lent;
import dev.gantry.build.solve.Result;
import dev.gantry.images.layer.Compression;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// What builds fetch from elsewhere.
public final class Fetches {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long MOST = 64L << 30;
    private static final int LARGEST_DOCKERFILE = 4 << 20;
    private static final int START = 512;
    private static final String TOKEN = "GIT_AUTH_TOKEN";

    private final Downloads downloads;
    private final Checkouts checkouts;

    /// @param checkouts a directory for them alone
    /// @param shelf where downloads stay
    public Fetches(Linux linux, Path checkouts, Shelf shelf, RandomGenerator random) {
        this.downloads = new Downloads(linux, shelf, PATIENCE, MOST);
        this.checkouts = new Checkouts(linux, checkouts, random, MOST);
    }

    /// The file of a server.
    public SourceTree file(Op.HttpSource source) throws InterruptedException {
        return downloads.tree(source);
    }

    /// The files of a repository. They are known by their commit, and only fetched when somebody looks.
    ///
    /// @param secrets among which `GIT_AUTH_TOKEN` opens servers, and `GIT_AUTH_TOKEN.host` one of them
    public Result.Source repository(Op.GitSource source, Lent secrets) throws InterruptedException {
        Checkouts.Found found = checkouts.find(source, token(source.url(), secrets));
        // What .git says of where it came from is a part of it only when that stays.
        String from = source.keepGitDirectory() ? source.url() + " " + source.ref() : "";
        return Result.Source.known(
                found.tree(),
                Digest.sha256Of(String.join(
                        "\n",
                        "git",
                        found.commit(),
                        source.subdirectory(),
                        Boolean.toString(source.submodules()),
                        from)));
    }

    private static String token(String url, Lent secrets) throws InterruptedException {
        String host = "";
        try {
            host = String.valueOf(URI.create(url).getHost());
        } catch (IllegalArgumentException _) {
            // git@host:path is no URI, and no place for a token.
        }
        Optional<byte[]> token = secrets.secret(TOKEN + "." + host);
        return new String((token.isPresent() ? token : secrets.secret(TOKEN)).orElse(new byte[0]), UTF_8).strip();
    }

    /// Whether a build can be of what is at this address.
    public static boolean isRemote(String address) {
        return address.contains("://")
                || address.startsWith("github.com/")
                || git(address).isPresent();
    }

    /// What a build is of.
    ///
    /// @param dockerfile where its Dockerfile is; empty: where it was asked for
    public record Context(SourceTree tree, String dockerfile) {}

    /// By an address: a repository, an archive, or a Dockerfile alone.
    ///
    /// @param spool makes a place for files
    public Context context(String address, Lent secrets, Supplier<SpooledTree> spool) throws InterruptedException {
        Optional<GitUrl> git = git(address);
        if (git.isPresent() && git.get().source(false) instanceof Op.GitSource source) {
            return new Context(
                    checkouts.find(source, token(source.url(), secrets)).tree(), "");
        }
        try (SourceTree file = downloads.tree(new Op.HttpSource(address, Optional.empty(), "context", 0600, 0, 0))) {
            return unpacked(file, Addresses.shown(address), spool);
        } catch (IOException e) {
            throw new Unavailable(
                    "read " + Addresses.shown(address), String.valueOf(e.getMessage()), "build it again", e);
        }
    }

    private static Context unpacked(SourceTree file, String name, Supplier<SpooledTree> spool) throws IOException {
        try (InputStream in = file.open("context")) {
            byte[] start = in.readNBytes(START);
            boolean archive = Compression.of(start) != Compression.NONE || TarContext.isTar(start);
            if (!archive && start.length == 0) {
                throw new InvalidArgument(
                        "build " + name, "it is empty", "name a repository, an archive or a Dockerfile");
            }
            SpooledTree files = spool.get();
            boolean whole = false;
            try (InputStream all = file.open("context")) {
                if (archive) {
                    TarContext.read(all, name, files);
                } else {
                    TarContext.alone("Dockerfile", file.read("context", LARGEST_DOCKERFILE), files);
                }
                whole = true;
                return new Context(files, archive ? "" : "Dockerfile");
            } finally {
                if (!whole) {
                    files.close();
                }
            }
        }
    }

    private static Optional<GitUrl> git(String address) {
        if (!address.startsWith("github.com/")) {
            return GitUrl.read(address);
        }
        String[] parts = address.split("(?=[#?])", 2);
        String path = parts[0].replaceFirst("/$", "");
        return GitUrl.read(
                "https://" + (path.endsWith(".git") ? path : path + ".git") + (parts.length > 1 ? parts[1] : ""));
    }
}
