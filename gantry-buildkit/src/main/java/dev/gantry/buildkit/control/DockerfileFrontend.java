package dev.gantry.buildkit.control;

import com.google.protobuf.ByteString;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.base.path.IgnoreFile;
import dev.gantry.build.Builder;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.SpooledTree;
import dev.gantry.build.context.TarContext;
import dev.gantry.build.fetch.Fetches;
import dev.gantry.build.frontend.Bases;
import dev.gantry.build.frontend.Context;
import dev.gantry.build.frontend.Planned;
import dev.gantry.build.frontend.Wishes;
import dev.gantry.build.graph.Op;
import dev.gantry.buildkit.frontend.FrontendOptions;
import dev.gantry.buildkit.session.ClientBytes;
import dev.gantry.buildkit.session.SessionMethods;
import dev.gantry.buildkit.sync.Wanted;
import io.grpc.Metadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import moby.buildkit.v1.VertexWarning;
import moby.upload.v1.BytesMessage;
import pb.SourceInfo;

/// Plans a Dockerfile that a client has.
final class DockerfileFrontend {
    private static final int LARGEST = 4 << 20;

    /// A Dockerfile whose text is sent with what was found in it.
    private static final int LARGEST_SHOWN = 32 << 10;

    private static final int LONGEST_WORDS = 1000;

    /// How addresses begin that stand for the client's standard input.
    private static final String UPLOAD = "http://buildkit-session/";

    private final Builder builder;
    private final Job job;
    private final FrontendOptions options;
    private final Map<String, String> inputs;
    private final Collection<Reference> caches;

    /// @param inputs results of other builds as images, by their names
    /// @param caches that may know what steps make
    DockerfileFrontend(
            Builder builder,
            Job job,
            FrontendOptions options,
            Map<String, String> inputs,
            Collection<Reference> caches) {
        this.builder = builder;
        this.job = job;
        this.options = options;
        this.inputs = inputs;
        this.caches = caches;
    }

    Planned plan() throws InterruptedException {
        Subrequests loaded = load();
        caches.forEach(name -> job.caches().add(name, loaded.wishes().platform()));
        return dev.gantry.build.frontend.DockerfileFrontend.plan(
                loaded.source().text(), loaded.wishes(), loaded.bases());
    }

    /// What is asked instead of a build.
    Map<String, ByteString> answer() throws InterruptedException {
        return load().answer(options.request());
    }

    private Subrequests load() throws InterruptedException {
        options.check();
        String name = options.filename();
        Optional<Fetches.Context> remote = remote();
        Progress.Step step = job.progress().step("[internal] load build definition from " + name);
        SourceTree tree = dockerfile(remote, name, step);
        String path = remote.filter(r -> !options.dockerfileIsLocal())
                .map(Fetches.Context::dockerfile)
                .filter(d -> !d.isEmpty())
                .orElse(name);
        String text = text(tree, path)
                .or(() -> name.endsWith("Dockerfile") ? text(tree, name.toLowerCase(Locale.ROOT)) : Optional.empty())
                .orElseThrow(() -> new NotFound(
                        "read the Dockerfile",
                        "open " + name + ": no such file or directory",
                        "name another with --file"));
        var source = new SourceText(name, text);
        job.source(source);
        job.progress().warn(warnings(step.digest(), source));
        Context.Local context = new Context.Local(
                options.context(), ignored(tree, remote).map(IgnoreFile::read).orElse(List.of()));
        Wishes wishes = options.wishes(context, named(), job.entitlements());
        return new Subrequests(source, wishes, told(job.building().bases()));
    }

    private SourceTree dockerfile(Optional<Fetches.Context> remote, String name, Progress.Step step)
            throws InterruptedException {
        if (remote.isPresent() && !options.dockerfileIsLocal()) {
            step.close();
            return remote.get().tree();
        }
        return received(
                step,
                "transferring dockerfile:",
                new Wanted(
                        options.dockerfile(),
                        List.of(),
                        List.of(),
                        List.of(name, name + ".dockerignore", name.toLowerCase(Locale.ROOT))));
    }

    /// A context that is no directory of the client; the build has it from here on.
    private Optional<Fetches.Context> remote() throws InterruptedException {
        String address = options.address();
        if (address.isEmpty()) {
            return Optional.empty();
        }
        Progress.Step step = job.progress().step("[internal] load remote build context");
        try (step) {
            Fetches.Context found = address.startsWith(UPLOAD)
                    ? new Fetches.Context(uploaded(address.substring(UPLOAD.length())), "")
                    : builder.fetch(address, job.belongings());
            job.given(options.context(), found.tree());
            return Optional.of(found);
        } catch (RuntimeException e) {
            step.failed(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /// What the client has read from its standard input.
    private SourceTree uploaded(String id) {
        var head = new Metadata();
        head.put(Metadata.Key.of("urlpath", Metadata.ASCII_STRING_MARSHALLER), "/" + id);
        head.put(Metadata.Key.of("urlhost", Metadata.ASCII_STRING_MARSHALLER), "buildkit-session");
        SpooledTree files = builder.files();
        boolean whole = false;
        try (var bytes = new ClientBytes<>(job.session().call(SessionMethods.PULL), head, BytesMessage::getData)) {
            TarContext.read(bytes, "the build context", files);
            whole = true;
            return files;
        } finally {
            if (!whole) {
                files.close();
            }
        }
    }

    private Optional<String> ignored(SourceTree dockerfile, Optional<Fetches.Context> remote)
            throws InterruptedException {
        List<String> names = IgnoreFile.names(options.filename());
        Optional<String> own = text(dockerfile, names.getFirst());
        if (own.isPresent()) {
            return own;
        }
        if (remote.isPresent()) {
            return text(remote.get().tree(), names.getLast());
        }
        Progress.Step step = job.progress().step("[internal] load .dockerignore");
        SourceTree tree = received(
                step,
                "transferring context:",
                new Wanted(options.context(), List.of(), List.of(), List.of(names.getLast())));
        return text(tree, names.getLast());
    }

    private Map<String, Context> named() throws InterruptedException {
        Map<String, Context> named = new LinkedHashMap<>();
        for (Map.Entry<String, String> each : options.contexts().entrySet()) {
            named.put(each.getKey(), context(each.getKey(), each.getValue()));
        }
        return named;
    }

    /// What a further directory leaves out by its own `.dockerignore`.
    private List<String> ignoredOf(String name, String directory) throws InterruptedException {
        Progress.Step step = job.progress().step("[context " + name + "] load .dockerignore");
        SourceTree tree = received(
                step,
                "transferring " + directory + ":",
                new Wanted(directory, List.of(), List.of(), List.of(".dockerignore")));
        return text(tree, ".dockerignore").map(IgnoreFile::read).orElse(List.of());
    }

    private Context context(String name, String where) throws InterruptedException {
        int colon = where.indexOf(':');
        String kind = colon < 0 ? "" : where.substring(0, colon);
        String rest = where.substring(colon + 1);
        return switch (kind) {
            case "local" -> new Context.Local(rest, ignoredOf(name, rest));
            case "input" -> {
                String image = inputs.get(rest);
                if (image == null) {
                    throw new NotFound("use the context " + name, "the client gave no " + rest, "update the client");
                }
                yield new Context.Image(image);
            }
            case "docker-image" -> new Context.Image(rest.replaceFirst("^//", ""));
            default ->
                throw new Unsupported(
                        "use " + where + " as the context " + name,
                        "directories and images can be, and no others yet",
                        "give a directory, or docker-image://NAME");
        };
    }

    /// What is looked up is shown.
    private Bases told(Bases bases) {
        return (String reference, Platform platform, Op.Pull pull) -> {
            String full = reference.startsWith("dir:") || reference.startsWith("sha256:")
                    ? reference
                    : Reference.parse(reference).toString();
            Progress.Step step = job.progress().step("[internal] load metadata for " + full);
            try (step) {
                return bases.find(reference, platform, pull);
            } catch (RuntimeException e) {
                step.failed(String.valueOf(e.getMessage()));
                throw e;
            }
        };
    }

    private SourceTree received(Progress.Step step, String what, Wanted wanted) throws InterruptedException {
        try (step) {
            long[] bytes = {0};
            SourceTree tree = job.receive(wanted, false, n -> bytes[0] = n);
            step.done(what, bytes[0]);
            return tree;
        } catch (RuntimeException e) {
            step.failed(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private static Optional<String> text(SourceTree tree, String path) {
        var finding = new dev.gantry.build.context.Finding(tree);
        try {
            Optional<String> real = finding.real(path, true);
            return real.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new String(tree.read(real.get(), LARGEST), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("read " + path, e);
        }
    }

    /// All of them share the text, and have none where it is large: each is sent by itself.
    static Progress.Warnings warnings(String vertex, SourceText source) {
        SourceInfo info = source.text().length() > LARGEST_SHOWN ? source.place() : source.info();
        return finding -> Optional.of(VertexWarning.newBuilder()
                .setVertex(vertex)
                .setLevel(1)
                .setShort(ByteString.copyFromUtf8(cut(finding.toString())))
                .addDetail(ByteString.copyFromUtf8(finding.rule().description()))
                .setUrl(finding.rule().url())
                .setInfo(info)
                .addRanges(
                        SourceText.range(finding.place().line(), finding.place().lastLine()))
                .build());
    }

    private static String cut(String words) {
        return words.length() > LONGEST_WORDS ? words.substring(0, LONGEST_WORDS) + "…" : words;
    }
}
