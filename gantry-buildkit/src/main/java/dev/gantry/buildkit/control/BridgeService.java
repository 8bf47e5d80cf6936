package dev.gantry.buildkit.control;

import dev.gantry.base.Reference;
import dev.gantry.base.Unsupported;
import dev.gantry.build.Builder;
import dev.gantry.build.frontend.Planned;
import dev.gantry.buildkit.frontend.FrontendOptions;
import dev.gantry.buildkit.transport.Calls;
import io.grpc.Metadata;
import io.grpc.ServerServiceDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import moby.buildkit.v1.apicaps.APICap;
import moby.buildkit.v1.frontend.EvaluateRequest;
import moby.buildkit.v1.frontend.EvaluateResponse;
import moby.buildkit.v1.frontend.InputsRequest;
import moby.buildkit.v1.frontend.InputsResponse;
import moby.buildkit.v1.frontend.PingRequest;
import moby.buildkit.v1.frontend.PongResponse;
import moby.buildkit.v1.frontend.Ref;
import moby.buildkit.v1.frontend.Result;
import moby.buildkit.v1.frontend.ReturnRequest;
import moby.buildkit.v1.frontend.ReturnResponse;
import moby.buildkit.v1.frontend.SolveRequest;
import moby.buildkit.v1.frontend.SolveResponse;
import pb.Definition;

/// The bridge for a frontend that runs in the client: buildx always is one, and asks here for the Dockerfile frontend.
/// Each
/// call says which build it belongs to.
final class BridgeService {
    private static final Metadata.Key<String> BUILD =
            Metadata.Key.of("buildkit-controlapi-buildid", Metadata.ASCII_STRING_MARSHALLER);

    /// What the bridge can do.
    private static final List<String> BRIDGE = List.of(
            "solve.base",
            "solve.inlinereturn",
            "return",
            "returnmap",
            "proto.refarray",
            "reference.output",
            "frontend.inputs",
            "gateway.solve.metadata",
            "frontend.caps",
            "gateway.solve.evaluate",
            "gateway.evaluate");

    /// What graphs and exporters can do.
    private static final List<String> GRAPH = List.of("exporter.sourcedateepoch", "exporter.multiple");

    private final Builder builder;
    private final Jobs jobs;
    private final Workers workers;

    BridgeService(Builder builder, Jobs jobs, Workers workers) {
        this.builder = builder;
        this.jobs = jobs;
        this.workers = workers;
    }

    ServerServiceDefinition definition() {
        String service = ControlMethods.BRIDGE;
        return ServerServiceDefinition.builder(service)
                .addMethod(
                        ControlMethods.unary(
                                service, "Ping", PingRequest.getDefaultInstance(), PongResponse.getDefaultInstance()),
                        Calls.unary(this::ping, Failures::of))
                .addMethod(
                        ControlMethods.unary(
                                service,
                                "Solve",
                                SolveRequest.getDefaultInstance(),
                                SolveResponse.getDefaultInstance()),
                        Calls.unary(this::solve, Failures::of))
                .addMethod(
                        ControlMethods.unary(
                                service,
                                "Evaluate",
                                EvaluateRequest.getDefaultInstance(),
                                EvaluateResponse.getDefaultInstance()),
                        Calls.unary(this::evaluate, Failures::of))
                .addMethod(
                        ControlMethods.unary(
                                service,
                                "Return",
                                ReturnRequest.getDefaultInstance(),
                                ReturnResponse.getDefaultInstance()),
                        Calls.unary(this::returned, Failures::of))
                .addMethod(
                        ControlMethods.unary(
                                service,
                                "Inputs",
                                InputsRequest.getDefaultInstance(),
                                InputsResponse.getDefaultInstance()),
                        Calls.unary((_, _) -> InputsResponse.getDefaultInstance(), Failures::of))
                .build();
    }

    private Job job(Metadata head) throws InterruptedException {
        String id = head.get(BUILD);
        return jobs.get(id == null ? "" : id);
    }

    private PongResponse ping(Metadata head, PingRequest request) throws InterruptedException {
        job(head);
        PongResponse.Builder pong = PongResponse.newBuilder().addWorkers(workers.record());
        BRIDGE.forEach(name -> pong.addFrontendAPICaps(cap(name)));
        GRAPH.forEach(name -> pong.addLLBCaps(cap(name)));
        return pong.build();
    }

    private static APICap cap(String name) {
        return APICap.newBuilder().setID(name).setEnabled(true).build();
    }

    private SolveResponse solve(Metadata head, SolveRequest request) throws InterruptedException {
        Job job = job(head);
        if (!request.getFrontend().equals("dockerfile.v0")) {
            throw new Unsupported(
                    request.getFrontend().isEmpty()
                            ? "build a graph"
                            : "build with the frontend " + request.getFrontend(),
                    "this engine builds Dockerfiles only yet, by itself",
                    "give a Dockerfile");
        }
        try {
            var options = new FrontendOptions(request.getFrontendOptMap());
            Set<Reference> caches = CacheWishes.of(request, options.caches());
            caches.addAll(job.imports());
            var frontend = new DockerfileFrontend(builder, job, options, inputs(job, request), caches);
            if (!options.request().isEmpty()) {
                return SolveResponse.newBuilder()
                        .setResult(Result.newBuilder().putAllMetadata(frontend.answer()))
                        .build();
            }
            Planned planned = frontend.plan();
            var solved = new Solved(job, planned);
            if (request.getEvaluate()) {
                solved.made();
            }
            String name = job.keep(solved);
            Ref ref = Ref.newBuilder().setId(name).setDef(ResultGraph.of(name)).build();
            return SolveResponse.newBuilder()
                    .setResult(Result.newBuilder().setRef(ref))
                    .build();
        } catch (RuntimeException | InterruptedException e) {
            throw Failures.of(e, job.source());
        }
    }

    /// Results of other builds, by names that they have as images in this one.
    private Map<String, String> inputs(Job job, SolveRequest request) throws InterruptedException {
        Map<String, String> images = new HashMap<>();
        for (Map.Entry<String, Definition> input :
                request.getFrontendInputsMap().entrySet()) {
            Solved solved = jobs.solved(ResultGraph.result(input.getValue(), input.getKey()));
            images.put(input.getKey(), job.building().lend(solved.made()));
        }
        return images;
    }

    private EvaluateResponse evaluate(Metadata head, EvaluateRequest request) throws InterruptedException {
        Job job = job(head);
        try {
            job.solved(request.getRef()).made();
            return EvaluateResponse.getDefaultInstance();
        } catch (RuntimeException e) {
            throw Failures.of(e, job.source());
        }
    }

    private ReturnResponse returned(Metadata head, ReturnRequest request) throws InterruptedException {
        job(head).returned().complete(request);
        return ReturnResponse.getDefaultInstance();
    }
}
