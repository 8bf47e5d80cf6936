package dev.gantry.buildkit.control;

import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.base.path.IgnoreFile;
import dev.gantry.build.check.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.frontend.Bases;
import dev.gantry.build.frontend.Context;
import dev.gantry.build.frontend.Planned;
import dev.gantry.build.frontend.Wishes;
import dev.gantry.build.graph.Op;
import dev.gantry.buildkit.frontend.FrontendOptions;
import dev.gantry.buildkit.sync.Wanted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import moby.buildkit.v1.VertexWarning;

/// Plans a Dockerfile that a client has.
final class DockerfileFrontend {
    private static final int LARGEST = 4 << 20;

    private final Job job;
    private final FrontendOptions options;
    private final Set<String> entitlements;

    DockerfileFrontend(Job job, FrontendOptions options, Set<String> entitlements) {
        this.job = job;
        this.options = options;
        this.entitlements = entitlements;
    }

    Planned plan() throws InterruptedException {
        options.check();
        String name = options.filename();
        Progress.Step step = job.progress().step("[internal] load build definition from " + name);
        SourceTree tree = received(
                step,
                "transferring dockerfile:",
                new Wanted(
                        options.dockerfile(),
                        List.of(),
                        List.of(),
                        List.of(name, name + ".dockerignore", name.toLowerCase(Locale.ROOT))));
        String text = text(tree, name)
                .or(() -> name.endsWith("Dockerfile") ? text(tree, name.toLowerCase(Locale.ROOT)) : Optional.empty())
                .orElseThrow(() -> new NotFound(
                        "read the Dockerfile",
                        "open " + name + ": no such file or directory",
                        "name another with --file"));
        var source = new SourceText(name, text);
        job.source(source);
        job.progress().warn(f -> Optional.of(warning(f, step.digest(), source)));
        Context.Local context = new Context.Local(
                options.context(), ignored(tree).map(IgnoreFile::read).orElse(List.of()));
        Wishes wishes = options.wishes(context, named(), entitlements);
        return dev.gantry.build.frontend.DockerfileFrontend.plan(
                text, wishes, told(job.building().bases()));
    }

    private Optional<String> ignored(SourceTree dockerfile) throws InterruptedException {
        List<String> names = IgnoreFile.names(options.filename());
        Optional<String> own = text(dockerfile, names.getFirst());
        if (own.isPresent()) {
            return own;
        }
        Progress.Step step = job.progress().step("[internal] load .dockerignore");
        SourceTree tree = received(
                step,
                "transferring context:",
                new Wanted(options.context(), List.of(), List.of(), List.of(names.getLast())));
        return text(tree, names.getLast());
    }

    private Map<String, Context> named() {
        Map<String, Context> named = new LinkedHashMap<>();
        options.contexts().forEach((name, where) -> named.put(name, context(name, where)));
        return named;
    }

    private static Context context(String name, String where) {
        int colon = where.indexOf(':');
        String kind = colon < 0 ? "" : where.substring(0, colon);
        String rest = where.substring(colon + 1);
        return switch (kind) {
            case "local" -> new Context.Local(rest, List.of());
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
            String full = reference.startsWith("dir:")
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

    private static VertexWarning warning(Finding finding, String vertex, SourceText source) {
        return VertexWarning.newBuilder()
                .setVertex(vertex)
                .setLevel(1)
                .setShort(com.google.protobuf.ByteString.copyFromUtf8(finding.toString()))
                .addDetail(com.google.protobuf.ByteString.copyFromUtf8(
                        finding.rule().description()))
                .setUrl(finding.rule().url())
                .setInfo(source.info())
                .addRanges(
                        SourceText.range(finding.place().line(), finding.place().lastLine()))
                .build();
    }
}
