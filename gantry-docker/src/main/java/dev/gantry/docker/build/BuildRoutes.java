package dev.gantry.docker.build;

import dev.gantry.api.image.ErrorDetail;
import dev.gantry.api.system.BuildCachePruned;
import dev.gantry.build.BuildRequest;
import dev.gantry.build.Builder;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.context.SpooledTree;
import dev.gantry.build.context.TarContext;
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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Builds images of Dockerfiles.
public final class BuildRoutes {
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
                .add("POST", "/build/prune", this::prune)
                .add("POST", "/build/cancel", BuildRoutes::cancel);
    }

    /// What is wrong with the parameters is told by the status, and the rest in the answer.
    private ApiResponse build(Call call) {
        call.access().judgeBuild();
        Asked asked = BuildParameters.read(call);
        boolean quiet = call.query().flag("q");
        return new ApiResponse.Stream(ApiResponse.JSON, out -> {
            var lines = new BuildLines(out, quiet);
            try {
                build(call, asked, lines);
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
        });
    }

    /// From the files of a build to the whole request.
    @FunctionalInterface
    interface Asked {
        BuildRequest of(SourceTree context);
    }

    private void build(Call call, Asked asked, BuildLines lines) throws InterruptedException {
        BuildRequest request = asked.of(received(call));
        Image image = builder.build(request, lines);
        String id = image.id().digest().toString();
        lines.done(id, request.names());
        request.names().forEach(name -> told.tagged(id, name));
    }

    private SpooledTree received(Call call) {
        SpooledTree files = builder.files();
        boolean whole = false;
        try {
            TarContext.read(call.request().body(), "the build context", files);
            whole = true;
            return files;
        } finally {
            if (!whole) {
                files.close();
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
