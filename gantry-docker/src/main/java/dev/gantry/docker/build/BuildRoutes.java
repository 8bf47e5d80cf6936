package dev.gantry.docker.build;

import dev.gantry.api.build.Parcel;
import dev.gantry.api.image.ErrorDetail;
import dev.gantry.api.system.BuildCachePruned;
import dev.gantry.build.BuildRequest;
import dev.gantry.build.Builder;
import dev.gantry.build.check.Finding;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.SpooledTree;
import dev.gantry.build.context.TarContext;
import dev.gantry.build.fetch.Fetches;
import dev.gantry.build.output.Output;
import dev.gantry.build.solve.Cache;
import dev.gantry.build.solve.StepFailed;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.image.ImageEvents;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Failures;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import dev.gantry.images.image.Image;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Builds images of Dockerfiles.
public final class BuildRoutes {
    private static final int BUFFER = 64 << 10;

    /// What a build can be asked for that is only said.
    private static final Set<String> WORDS = Set.of("plan", "check");

    private final Builder builder;
    private final ImageEvents told;
    private final Clock clock;

    public BuildRoutes(Builder builder, Gantry engine, Clock clock) {
        this.builder = builder;
        this.told = new ImageEvents(engine.events(), engine.images());
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/build", this::build)
                .add("POST", "/build/parcel", this::parcel)
                .add("POST", "/build/prune", this::prune)
                .add("POST", "/build/cancel", BuildRoutes::cancel);
    }

    /// What is wrong with the parameters is told by the status, and the rest in the answer.
    private ApiResponse build(Call call) {
        call.access().judgeBuild();
        Asked asked = BuildParameters.read(call);
        BuildParameters.refuseOutputs(call.query());
        return new ApiResponse.Stream(
                ApiResponse.JSON,
                out -> answered(
                        new BuildLines(out, call.query().flag("q")),
                        lines -> finished(asked.of(received(call), BuildRequest.Given.NOTHING), lines)));
    }

    /// Gantry's own: what is sent may have more than one directory, and what comes back more than lines.
    private ApiResponse parcel(Call call) {
        call.access().judgeBuild();
        Asked asked = BuildParameters.read(call);
        String wanted = call.query().text("output");
        Optional<Output> output = WORDS.contains(wanted) ? Optional.empty() : ParcelHead.output(wanted);
        return new ApiResponse.Stream(ApiResponse.MULTIPLEXED_STREAM, out -> {
            var told = new FramedOut(out, FramedOut.ERR);
            answered(new BuildLines(told, call.query().flag("q")), lines -> {
                BuildRequest request = sent(call, asked);
                if (WORDS.contains(wanted)) {
                    said(request, wanted, new FramedOut(out, FramedOut.OUT), lines);
                } else if (output.isEmpty()) {
                    finished(request, lines);
                } else {
                    written(request, output.get(), new FramedOut(out, FramedOut.OUT), lines);
                }
            });
        });
    }

    @FunctionalInterface
    private interface Building {
        void with(BuildLines lines) throws IOException, InterruptedException;
    }

    private static void answered(BuildLines lines, Building building) throws IOException {
        try {
            building.with(lines);
        } catch (UncheckedIOException e) {
            throw new IOException("the client has left", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the build was cancelled", e);
        } catch (StepFailed e) {
            lines.failed(new ErrorDetail(e.code(), String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            lines.failed(new ErrorDetail(null, Failures.words(e)));
        }
    }

    /// From the files of a build to the whole request.
    @FunctionalInterface
    interface Asked {
        BuildRequest of(SourceTree context, String dockerfile, BuildRequest.Given given);

        default BuildRequest of(Fetches.Context context, BuildRequest.Given given) {
            return of(context.tree(), context.dockerfile(), given);
        }
    }

    private void finished(BuildRequest request, BuildLines lines) throws InterruptedException {
        Image image = builder.build(request, lines);
        String id = image.id().digest().toString();
        lines.done(id, request.names());
        request.names().forEach(name -> told.tagged(id, name));
    }

    /// What is known without building.
    private void said(BuildRequest request, String wanted, OutputStream out, BuildLines lines)
            throws IOException, InterruptedException {
        List<String> found = wanted.equals("plan")
                ? List.of()
                : builder.check(request).stream().map(Finding::toString).toList();
        String text = wanted.equals("plan") ? builder.plan(request) : String.join("\n", found) + "\n";
        if (wanted.equals("plan") || !found.isEmpty()) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
        if (!found.isEmpty()) {
            String count = found.size() == 1 ? "there is 1 finding" : "there are " + found.size() + " findings";
            lines.failed(new ErrorDetail(1, "check the Dockerfile: " + count + ": mend it, or skip the rules by name"));
        }
    }

    private void written(BuildRequest request, Output output, OutputStream out, BuildLines lines)
            throws InterruptedException {
        String digest = builder.build(request, lines, made -> {
            var buffered = new BufferedOutputStream(out, BUFFER);
            output.write(made, request.names(), buffered);
            flush(buffered);
            return made.result().identity().toString();
        });
        lines.written(digest);
    }

    private static void flush(OutputStream out) {
        try {
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Fetches.Context received(Call call) throws InterruptedException {
        String remote = call.query().text("remote");
        if (!remote.isEmpty()) {
            return builder.fetch(remote, Map.of());
        }
        return new Fetches.Context(received(call.request().body()), "");
    }

    private SpooledTree received(InputStream tar) {
        SpooledTree files = builder.files();
        boolean whole = false;
        try {
            TarContext.read(tar, "the build context", files);
            whole = true;
            return files;
        } finally {
            if (!whole) {
                files.close();
            }
        }
    }

    /// The head says what follows: each directory as a tar, that of the build under no name.
    private BuildRequest sent(Call call, Asked asked) throws IOException, InterruptedException {
        Parcel parcel = Parcel.read(call.request().body());
        ParcelHead head;
        try (InputStream in = parcel.next()) {
            head = ParcelHead.read(in);
        }
        Map<String, SourceTree> trees = new LinkedHashMap<>();
        boolean whole = false;
        try {
            for (String name : head.directories()) {
                try (InputStream in = parcel.next()) {
                    trees.put(name, received(in));
                }
            }
            String remote = call.query().text("remote");
            SourceTree own = trees.remove("");
            Fetches.Context context =
                    own != null ? new Fetches.Context(own, "") : builder.fetch(remote, head.secrets());
            whole = true;
            return asked.of(
                    context, new BuildRequest.Given(head.secrets(), trees, head.elsewhere(), BuildRequest.Caches.NONE));
        } finally {
            if (!whole) {
                trees.values().forEach(SourceTree::close);
            }
        }
    }

    private ApiResponse prune(Call call) {
        call.access().judgeBuild();
        Filters filters = Filters.of(call.query(), Set.of("until", "unused-for"));
        boolean all = call.query().flag("all");
        if (call.query().number("min-free-space", 0) > 0) {
            throw new DockerError(501, "the cache is not kept by what is free on the disk: give max-used-space");
        }
        long most = call.query()
                .number(
                        "max-used-space",
                        call.query().number("reserved-space", call.query().number("keep-storage", 0)));
        Instant before = Instant.MAX;
        for (String name : new String[] {"until", "unused-for"}) {
            for (String text : filters.all(name)) {
                before = clock.instant().minus(duration(text));
            }
        }
        if (!all && most == 0 && before.equals(Instant.MAX)) {
            before = clock.instant(); // what nobody uses now
        }
        Cache.Pruned pruned = builder.prune(Math.max(0, most), before);
        return ApiResponse.json(new BuildCachePruned(pruned.ids(), pruned.bytes()));
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        } catch (DateTimeException e) {
            throw DockerError.badParameter("invalid duration " + text + ": write it as 24h or 30m");
        }
    }

    /// A classic build has no id, and ends when its client leaves.
    private static ApiResponse cancel(Call call) {
        if (call.query().text("id").isEmpty()) {
            throw DockerError.badParameter("build ID not provided");
        }
        return ApiResponse.json(Map.of());
    }
}
