package dev.gantry.buildkit.control;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.build.Builder;
import dev.gantry.buildkit.frontend.FrontendOptions;
import dev.gantry.buildkit.session.Sessions;
import dev.gantry.buildkit.sync.Directories;
import dev.gantry.buildkit.transport.Calls;
import dev.gantry.buildkit.transport.GrpcStreams;
import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.StatusProto;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import moby.buildkit.v1.BytesMessage;
import moby.buildkit.v1.DiskUsageRequest;
import moby.buildkit.v1.DiskUsageResponse;
import moby.buildkit.v1.Exporter;
import moby.buildkit.v1.InfoRequest;
import moby.buildkit.v1.InfoResponse;
import moby.buildkit.v1.ListWorkersRequest;
import moby.buildkit.v1.ListWorkersResponse;
import moby.buildkit.v1.PruneRequest;
import moby.buildkit.v1.SolveRequest;
import moby.buildkit.v1.SolveResponse;
import moby.buildkit.v1.StatusRequest;
import moby.buildkit.v1.StatusResponse;
import moby.buildkit.v1.UsageRecord;
import moby.buildkit.v1.frontend.ReturnRequest;

/// What a client of BuildKit asks for.
public final class ControlService {
    private final Builder builder;
    private final Sessions sessions;
    private final Directories directories;
    private final Workers workers;
    private final CacheCalls cache;
    private final Supplier<GrpcStreams> grpc;
    private final Export export;
    private final Jobs jobs;
    private final Clock clock;

    ControlService(
            Builder builder,
            Sessions sessions,
            Directories directories,
            Workers workers,
            Export export,
            Jobs jobs,
            Supplier<GrpcStreams> grpc,
            Clock clock) {
        this.grpc = grpc;
        this.builder = builder;
        this.sessions = sessions;
        this.directories = directories;
        this.workers = workers;
        this.cache = new CacheCalls(builder, clock);
        this.export = export;
        this.jobs = jobs;
        this.clock = clock;
    }

    ServerServiceDefinition definition() {
        String service = ControlMethods.CONTROL;
        return ServerServiceDefinition.builder(service)
                .addMethod(
                        ControlMethods.unary(
                                service,
                                "Solve",
                                SolveRequest.getDefaultInstance(),
                                SolveResponse.getDefaultInstance()),
                        Calls.unary(this::solve, Failures::of))
                .addMethod(
                        ControlMethods.streaming(
                                service,
                                "Status",
                                StatusRequest.getDefaultInstance(),
                                StatusResponse.getDefaultInstance()),
                        Calls.streaming(this::status, Failures::of))
                .addMethod(
                        ControlMethods.unary(
                                service,
                                "ListWorkers",
                                ListWorkersRequest.getDefaultInstance(),
                                ListWorkersResponse.getDefaultInstance()),
                        Calls.unary((_, _) -> workers.list(), Failures::of))
                .addMethod(
                        ControlMethods.unary(
                                service, "Info", InfoRequest.getDefaultInstance(), InfoResponse.getDefaultInstance()),
                        Calls.unary((_, _) -> workers.info(), Failures::of))
                .addMethod(
                        ControlMethods.both(service, "Session", BytesMessage.getDefaultInstance()),
                        (call, head) -> SessionCall.begin(call, head, sessions, grpc))
                .addMethod(
                        ControlMethods.unary(
                                service,
                                "DiskUsage",
                                DiskUsageRequest.getDefaultInstance(),
                                DiskUsageResponse.getDefaultInstance()),
                        Calls.unary(cache::usage, Failures::of))
                .addMethod(
                        ControlMethods.streaming(
                                service, "Prune", PruneRequest.getDefaultInstance(), UsageRecord.getDefaultInstance()),
                        Calls.streaming(cache::prune, Failures::of))
                .build();
    }

    private SolveResponse solve(Metadata head, SolveRequest request) throws InterruptedException {
        List<Exporter> exporters = Export.wanted(request);
        check(request, exporters);
        CacheWishes caches = CacheWishes.of(request.getCache());
        Job job = new Job(
                request, caches.registries().from(), sessions.get(request.getSession()), builder, directories, clock);
        boolean added = false;
        try {
            jobs.add(job);
            added = true;
            Optional<Solved> solved = solved(job, request);
            Map<String, String> answer =
                    solved.isPresent() ? export.export(job, solved.get(), exporters, caches) : nothing(exporters);
            return SolveResponse.newBuilder().putAllExporterResponse(answer).build();
        } catch (RuntimeException | InterruptedException e) {
            throw Failures.of(e, job.source());
        } finally {
            job.end();
            if (added) {
                jobs.end(job);
            }
        }
    }

    private static void check(SolveRequest request, List<Exporter> exporters) {
        if (request.getRef().isEmpty()) {
            throw new InvalidArgument("build", "the build has no id", "update the client");
        }
        Export.check(exporters);
        if (request.hasSourcePolicy() && request.getSourcePolicy().getRulesCount() > 0) {
            throw new Unsupported("build by a source policy", "policies are not kept yet", "leave the policy out");
        }
        if (request.getFrontendInputsCount() > 0) {
            throw new Unsupported("build with graphs", "results come over the bridge only", "update the client");
        }
        if (request.hasDefinition() && request.getDefinition().getDefCount() > 0) {
            throw new Unsupported("build a graph", "this engine builds Dockerfiles only yet", "give a Dockerfile");
        }
    }

    /// A client that only wants to know what can be done builds nothing.
    private static Map<String, String> nothing(List<Exporter> exporters) {
        if (exporters.isEmpty()) {
            return Map.of();
        }
        throw new InvalidArgument("export what was built", "the frontend gave nothing back", "update the client");
    }

    private Optional<Solved> solved(Job job, SolveRequest request) throws InterruptedException {
        switch (request.getFrontend()) {
            case "" -> {
                return returned(job);
            }
            case "dockerfile.v0" -> {
                var options = new FrontendOptions(request.getFrontendAttrsMap());
                Set<Reference> caches =
                        CacheWishes.of(moby.buildkit.v1.frontend.SolveRequest.getDefaultInstance(), options.caches());
                caches.addAll(job.imports());
                return Optional.of(
                        new Solved(job, new DockerfileFrontend(builder, job, options, Map.of(), caches).plan()));
            }
            default ->
                throw new Unsupported(
                        "build with the frontend " + request.getFrontend(),
                        "frontends that are images are not run",
                        "use dockerfile.v0");
        }
    }

    /// The frontend runs in the client, and comes over the bridge.
    private static Optional<Solved> returned(Job job) throws InterruptedException {
        try {
            ReturnRequest returned = job.returned().get();
            if (returned.hasError()) {
                throw StatusProto.toStatusRuntimeException(returned.getError());
            }
            String id = returned.getResult().getRef().getId();
            return id.isEmpty() ? Optional.empty() : Optional.of(job.solved(id));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void status(Metadata head, StatusRequest request, Calls.Sink<StatusResponse> sink)
            throws InterruptedException {
        Story story = jobs.story(request.getRef());
        Story.Place place = Story.Place.START;
        while (place != null) {
            Story.Chapter chapter = story.after(place);
            place = chapter.next();
            if (place != null) {
                sink.send(chapter.told());
            }
        }
    }
}
