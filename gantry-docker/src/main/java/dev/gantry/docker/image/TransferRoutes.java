package dev.gantry.docker.image;

import dev.gantry.api.image.Progress;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.event.Events;
import dev.gantry.images.image.Images;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Images on their way: pull, import, load and save.
public final class TransferRoutes {
    private final Images images;
    private final ImageEvents told;

    public TransferRoutes(Images images, Events events) {
        this.images = images;
        this.told = new ImageEvents(events, images);
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/images/create", this::create)
                .add("POST", "/images/load", this::load)
                .add("GET", "/images/get", this::saveAll)
                .add("GET", "/images/{name...}/get", call -> save(List.of(call.subject()), call));
    }

    private ApiResponse create(Call call) {
        String platform = call.query().text("platform");
        Platform wanted = platform.isEmpty() ? Platform.host() : PlatformText.parse(platform);
        String from = call.query().text("fromImage");
        return from.isEmpty() ? importRootfs(call, wanted) : pull(call, from, wanted);
    }

    private ApiResponse pull(Call call, String from, Platform platform) {
        String tag = call.query().text("tag");
        Reference reference;
        try {
            String separator = tag.startsWith("sha256:") ? "@" : ":";
            reference = Reference.parse(tag.isEmpty() ? from : from + separator + tag);
        } catch (InvalidArgument e) {
            throw new DockerError(400, "invalid reference format: " + e.getMessage(), e);
        }
        Credentials credentials = RegistryAuth.parse(call.request().header("x-registry-auth"));
        return lines(true, progress -> {
            images.pull(reference, platform, credentials, progress);
            told.moved("pull", reference);
        });
    }

    private ApiResponse importRootfs(Call call, Platform platform) {
        String source = call.query().text("fromSrc");
        if (source.isEmpty()) {
            throw DockerError.badParameter("neither fromImage nor fromSrc says what is to be created");
        }
        String repository = call.query().text("repo");
        List<Reference.Tagged> names = repository.isEmpty() ? List.of() : List.of(name(call, repository));
        Images.ImportOptions options = new Images.ImportOptions(
                names,
                call.query().all("changes"),
                call.query().text("message", "Imported from " + RemoteArchive.shown(source)),
                platform);
        if (source.equals("-")) {
            return lines(true, progress -> imported(call.request().body(), options, progress));
        }
        // Asked before the head is sent: an address that does not answer is told by the status.
        RemoteArchive archive = RemoteArchive.open(source);
        return lines(
                true,
                progress -> {
                    progress.write(Progress.status("Downloading from " + archive.address()));
                    try (archive) {
                        imported(archive.body(progress), options, progress);
                    }
                },
                archive::close);
    }

    private void imported(InputStream tar, Images.ImportOptions options, ProgressLines progress) {
        String id = images.importRootfs(tar, options, ProgressListener.SILENT)
                .id()
                .digest()
                .toString();
        options.names().forEach(name -> told.tagged(id, name));
        told.of("import", id);
        progress.write(Progress.status(id));
    }

    private static Reference.Tagged name(Call call, String repository) {
        String tag = call.query().text("tag");
        try {
            if (Reference.parse(tag.isEmpty() ? repository : repository + ":" + tag) instanceof Reference.Tagged t) {
                return t;
            }
        } catch (InvalidArgument e) {
            throw new DockerError(400, "invalid reference format: " + e.getMessage(), e);
        }
        throw DockerError.badParameter("cannot import digest reference");
    }

    private ApiResponse load(Call call) {
        boolean layers = !call.query().flag("quiet", true);
        Optional<Platform> platform = platform(call);
        return lines(
                layers,
                progress -> images.load(call.request().body(), platform, progress)
                        .forEach(l -> told.of("load", l.image().digest().toString())));
    }

    private static Optional<Platform> platform(Call call) {
        String text = call.since(48) ? call.query().text("platform") : "";
        return text.isEmpty() ? Optional.empty() : Optional.of(PlatformText.parse(text));
    }

    private ApiResponse saveAll(Call call) {
        List<String> names = call.query().all("names").stream()
                .flatMap(n -> List.of(n.split(",")).stream())
                .toList();
        if (names.isEmpty()) {
            throw DockerError.badParameter("no image was named");
        }
        return save(names, call);
    }

    /// The names are looked up first: once the archive has begun there is no way to say that one is unknown.
    private ApiResponse save(List<String> names, Call call) {
        Optional<Platform> platform = platform(call);
        for (String name : names) {
            ImageRoutes.named(name, () -> images.inspect(name));
        }
        List<String> all = names.stream().flatMap(this::withTags).distinct().toList();
        if (platform.isPresent()) {
            all.forEach(name -> images.inspect(name, platform.get()));
        }
        return new ApiResponse.Stream("application/x-tar", out -> {
            Set<String> ids = new LinkedHashSet<>();
            all.forEach(
                    name -> ids.add(images.inspect(name).summary().id().digest().toString()));
            images.save(all, platform, out);
            ids.forEach(id -> told.of("save", id));
        });
    }

    /// A repository alone means all its tags.
    private Stream<String> withTags(String name) {
        if (name.indexOf('@') >= 0 || name.indexOf(':', name.lastIndexOf('/') + 1) >= 0) {
            return Stream.of(name);
        }
        List<String> tags = images.list().stream()
                .flatMap(image -> image.repoTags().stream())
                .filter(tag -> tag.startsWith(name + ":"))
                .toList();
        return tags.isEmpty() ? Stream.of(name) : tags.stream();
    }

    @FunctionalInterface
    interface Transfer {
        void run(ProgressLines progress);
    }

    /// Lines of progress; a failure is the last of them, since the status has gone out.
    static ApiResponse lines(boolean layers, Transfer transfer) {
        return lines(layers, transfer, () -> {});
    }

    private static ApiResponse lines(boolean layers, Transfer transfer, Runnable dropped) {
        return new ApiResponse.Stream(ApiResponse.JSON, writer(layers, transfer), Map.of(), dropped);
    }

    private static ApiResponse.Writer writer(boolean layers, Transfer transfer) {
        return (OutputStream out) -> {
            ProgressLines progress = new ProgressLines(out, layers);
            try {
                transfer.run(progress);
            } catch (UncheckedIOException e) {
                throw new IOException("the client has left", e);
            } catch (RuntimeException e) {
                progress.failed(e);
            }
        };
    }
}
