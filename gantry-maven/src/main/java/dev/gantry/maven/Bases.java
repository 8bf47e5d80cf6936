package dev.gantry.maven;

import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Parallel;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Unavailable;
import dev.gantry.images.archive.ArchiveReader;
import dev.gantry.images.content.BlobReader;
import dev.gantry.images.content.ContentStore;
import dev.gantry.images.document.Descriptor;
import dev.gantry.images.document.Documents;
import dev.gantry.images.document.ImageDocument;
import dev.gantry.images.gc.Marks;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.BlobDownload;
import dev.gantry.images.registry.Credentials;
import dev.gantry.images.registry.Fetched;
import dev.gantry.images.registry.RegistryClient;
import dev.gantry.images.registry.RegistrySession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Brings the images below into a store: of a registry, of an archive (`archive:PATH`), or `scratch`.
final class Bases {
    private static final String ARCHIVE = "archive:";

    private final ContentStore content;
    private final Marks holder;
    private final RegistryClient registries;
    private final Function<String, Credentials> credentials;
    private final RandomGenerator random;

    Bases(
            ContentStore content,
            Marks holder,
            RegistryClient registries,
            Function<String, Credentials> credentials,
            RandomGenerator random) {
        this.content = content;
        this.holder = holder;
        this.registries = registries;
        this.credentials = credentials;
        this.random = random;
    }

    Base find(String name, Path directory) {
        if (name.equals("scratch")) {
            return Base.scratch();
        }
        if (name.startsWith(ARCHIVE)) {
            return archive(name, directory.resolve(name.substring(ARCHIVE.length())));
        }
        Reference reference = Reference.parse(name);
        RegistrySession session = registries.open(
                reference.repository(), credentials.apply(reference.repository().domain()));
        Fetched top = session.manifest(reference);
        ImageDocument.Manifest manifest = switch (Documents.image(top.bytes(), top.mediaType(), name)) {
            case ImageDocument.Manifest m -> m;
            case ImageDocument.Index index -> chosen(session, index, name);
        };
        byte[] config = session.document(manifest.config(), Documents.MAX_CONFIG_BYTES);
        var download = new BlobDownload(session, content, ProgressListener.SILENT);
        List<Descriptor> missing = manifest.layers().stream()
                .distinct()
                .filter(l -> content.find(l.digest()).isEmpty())
                .toList();
        Parallel.map(missing, registries.options().parallelDownloads(), layer -> {
            download.run(layer);
            return layer;
        });
        return new Base(Json.read(config, "the configuration of " + name), manifest.layers());
    }

    private static ImageDocument.Manifest chosen(RegistrySession session, ImageDocument.Index index, String name) {
        Fetched one = session.manifest(choose(index, name));
        return only(Documents.image(one.bytes(), one.mediaType(), name), name);
    }

    private static Descriptor choose(ImageDocument.Index index, String name) {
        return index.choose(Platform.host())
                .orElseThrow(() ->
                        new NotFound("use " + name + " as base", "it is not for " + Platform.host(), "choose another"));
    }

    private static ImageDocument.Manifest only(ImageDocument document, String name) {
        if (document instanceof ImageDocument.Manifest manifest) {
            return manifest;
        }
        throw new InvalidArgument("use " + name + " as base", "its index names an index", "choose another");
    }

    private Base archive(String name, Path path) {
        if (!Files.isRegularFile(path)) {
            throw new NotFound("use " + name + " as base", "there is no " + path, "name an archive of docker save");
        }
        try (InputStream in = Files.newInputStream(path)) {
            List<ArchiveReader.Offered> offered = new ArchiveReader(content, holder, random).read(in);
            if (offered.size() != 1) {
                throw new InvalidArgument(
                        "use " + name + " as base",
                        "the archive has " + offered.size() + " images",
                        "save one image alone");
            }
            ImageDocument top = document(offered.getFirst().target(), name);
            ImageDocument.Manifest manifest = switch (top) {
                case ImageDocument.Manifest m -> m;
                case ImageDocument.Index index ->
                    only(document(choose(index, name).digest(), name), name);
            };
            byte[] config = bytes(manifest.config().digest(), Documents.MAX_CONFIG_BYTES);
            return new Base(Json.read(config, "the configuration of " + name), manifest.layers());
        } catch (IOException e) {
            throw new Unavailable("read " + path, String.valueOf(e.getMessage()), "save the image again", e);
        }
    }

    private ImageDocument document(Digest digest, String name) throws IOException {
        return Documents.image(bytes(digest, Documents.MAX_MANIFEST_BYTES), "", name);
    }

    private byte[] bytes(Digest digest, int most) throws IOException {
        try (BlobReader blob = content.open(digest)) {
            return blob.readNBytes(most);
        }
    }
}
