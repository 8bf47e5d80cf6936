package dev.gantry.build.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.build.context.OneFile;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.Op;
import dev.gantry.build.shelf.Shelf;
import dev.gantry.images.registry.GuardedBody;
import dev.gantry.linux.Fd;
import dev.gantry.linux.Linux;
import dev.gantry.linux.OpenFlags;
import dev.gantry.linux.Resolve;
import dev.gantry.linux.Stat;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/// Files of web servers. One that is here already is asked for with what its server called it (`ETag`,
/// `Last-Modified`), and not even that when it has the digest that was asked for.
final class Downloads {
    private static final int NEW = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.TRUNCATE;
    private static final String BODY = "body";
    private static final String SAID = "said";
    private static final int LARGEST_SAID = 64 << 10;

    private final Linux linux;
    private final Shelf shelf;
    private final Duration patience;
    private final long most;

    /// @param patience with a server that says nothing, or nothing more
    /// @param most bytes of one file
    Downloads(Linux linux, Shelf shelf, Duration patience, long most) {
        this.linux = linux;
        this.shelf = shelf;
        this.patience = patience;
        this.most = most;
    }

    /// A tree of this one file.
    SourceTree tree(Op.HttpSource source) throws InterruptedException {
        URI address = Addresses.of(source.url());
        String key = Digest.sha256Of("http " + source.url()).hex();
        var label = new Shelf.Label("source.http", Addresses.shown(source.url()));
        Shelf.Taken taken =
                shelf.take(key, label, (place, half) -> linux.directories().make(place, half, 0700));
        boolean whole = false;
        // One at a time: two would write over each other.
        try (taken;
                Fd directory = linux.files().openDirectory(taken.path().toString())) {
            lock(directory);
            Download download = current(source, address, directory);
            Fd body = linux.files().openRegular(directory, BODY, Resolve.PLAIN);
            try {
                var owned = new OneFile.Owned(source.mode(), (int) source.uid(), (int) source.gid());
                SourceTree tree = new OneFile(
                        linux, body, name(source, address, download), owned, download.modified(), download.digest());
                whole = true;
                return tree;
            } finally {
                if (!whole) {
                    body.close();
                }
            }
        }
    }

    /// Until the descriptor is closed.
    private void lock(Fd directory) throws InterruptedException {
        while (!linux.files().tryLock(directory)) {
            Thread.sleep(20);
        }
    }

    private static String name(Op.HttpSource source, URI address, Download download) {
        if (!source.fileName().isEmpty()) {
            return source.fileName();
        }
        String path = String.valueOf(address.getPath());
        String last = path.substring(path.lastIndexOf('/') + 1);
        return !download.name().isEmpty() ? download.name() : Download.isName(last) ? last : "download";
    }

    private Download current(Op.HttpSource source, URI address, Fd directory) throws InterruptedException {
        Optional<Download> here = here(directory);
        Optional<String> wanted = source.checksum().map(Downloads::sha256);
        if (here.isPresent() && wanted.isPresent() && here.get().digest().equals(wanted.get())) {
            return here.get();
        }
        Download download = asked(address, here, directory);
        if (wanted.isPresent() && !wanted.get().equals(download.digest())) {
            throw new InvalidArgument(
                    "add " + Addresses.shown(source.url()),
                    "digest mismatch sha256:" + download.digest() + ": sha256:" + wanted.get(),
                    "see whether the file or the checksum is the wrong one");
        }
        return download;
    }

    private static String sha256(Digest wanted) {
        if (wanted.algorithm() != Digest.Algorithm.SHA256) {
            throw new InvalidArgument(
                    "check what was fetched", "only sha256 is computed", "write the checksum as sha256:…");
        }
        return wanted.hex();
    }

    private Optional<Download> here(Fd directory) {
        Optional<Stat> body = linux.attributes().find(directory, BODY);
        if (body.isEmpty() || linux.attributes().find(directory, SAID).isEmpty()) {
            return Optional.empty();
        }
        try (Fd said = linux.files().openRegular(directory, SAID, Resolve.PLAIN)) {
            return Download.parse(new String(linux.files().readAll(said, LARGEST_SAID), UTF_8))
                    .filter(download -> download.size() == body.get().size());
        }
    }

    private Download asked(URI address, Optional<Download> here, Fd directory) throws InterruptedException {
        String shown = Addresses.shown(address.toString());
        try (HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL) // and never from https to http
                .connectTimeout(patience)
                .build()) {
            try {
                HttpRequest.Builder request = HttpRequest.newBuilder(address)
                        .timeout(patience)
                        .header("User-Agent", "gantry")
                        .version(HttpClient.Version.HTTP_1_1);
                here.map(Download::etag).filter(e -> !e.isEmpty()).ifPresent(e -> request.header("If-None-Match", e));
                here.map(Download::lastModified)
                        .filter(m -> !m.isEmpty())
                        .ifPresent(m -> request.header("If-Modified-Since", m));
                HttpResponse<InputStream> response =
                        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
                try (InputStream body = new GuardedBody(response.body(), patience)) {
                    return taken(shown, response, body, here, directory);
                }
            } finally {
                client.shutdownNow();
            }
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new Unavailable("fetch " + shown, why, "check the address, and whether this host reaches it", e);
        }
    }

    private Download taken(
            String shown, HttpResponse<InputStream> response, InputStream body, Optional<Download> here, Fd directory)
            throws IOException {
        if (response.statusCode() == 304 && here.isPresent()) {
            return here.get();
        }
        if (response.statusCode() != 200) {
            throw new NotFound("fetch " + shown, "the server answers " + response.statusCode(), "check the address");
        }
        Kept kept = kept(
                shown,
                body,
                response.headers().firstValueAsLong("Content-Length").orElse(-1),
                directory);
        var download = new Download(
                kept.digest(),
                kept.size(),
                header(response, "ETag"),
                header(response, "Last-Modified"),
                Download.nameOf(header(response, "Content-Disposition")));
        write(directory, SAID, download.text().getBytes(UTF_8));
        return download;
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /// @param digest hexadecimal digits of SHA-256
    private record Kept(String digest, long size) {}

    /// Appears under its name when all of it is there, and stays when power is cut: what is said of it is believed.
    private Kept kept(String shown, InputStream body, long length, Fd directory) throws IOException {
        // What was said of another one must not be believed of this.
        linux.trees().delete(directory, SAID);
        linux.files().sync(directory);
        MessageDigest sha256 = sha256();
        long size = 0;
        try (Fd file = linux.files().open(directory, BODY + "-new", NEW, 0600, Resolve.PLAIN)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                size += n;
                if (size > most) {
                    throw new InvalidArgument(
                            "fetch " + shown, "it has more than " + most + " bytes", "fetch it in a RUN");
                }
                sha256.update(buffer, 0, n);
                linux.files().write(file, buffer, 0, n);
            }
            linux.files().sync(file);
        }
        if (length >= 0 && size != length) {
            throw new IOException("only " + size + " of " + length + " bytes came");
        }
        linux.directories().rename(directory, BODY + "-new", directory, BODY);
        linux.files().sync(directory);
        return new Kept(HexFormat.of().formatHex(sha256.digest()), size);
    }

    private void write(Fd directory, String name, byte[] bytes) {
        try (Fd file = linux.files().open(directory, name + "-new", NEW, 0600, Resolve.PLAIN)) {
            linux.files().write(file, bytes, 0, bytes.length);
            linux.files().sync(file);
        }
        linux.directories().rename(directory, name + "-new", directory, name);
        linux.files().sync(directory);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
