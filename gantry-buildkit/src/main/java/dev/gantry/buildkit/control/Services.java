package dev.gantry.buildkit.control;

import dev.gantry.build.Builder;
import dev.gantry.buildkit.session.Sessions;
import dev.gantry.buildkit.sync.Directories;
import dev.gantry.buildkit.transport.GrpcStreams;
import dev.gantry.docker.image.ImageEvents;
import dev.gantry.engine.Gantry;
import io.grpc.ServerServiceDefinition;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;

/// All that is answered over gRPC.
public final class Services {
    private Services() {}

    /// @param grpc what they are answered over
    public static List<ServerServiceDefinition> of(
            Builder builder,
            Gantry engine,
            Sessions sessions,
            Directories directories,
            Supplier<GrpcStreams> grpc,
            Clock clock) {
        var jobs = new Jobs();
        var workers = new Workers();
        var told = new ImageEvents(engine.events(), engine.images());
        var export = new Export(builder, engine.images(), told);
        return List.of(
                new ControlService(builder, sessions, directories, workers, export, jobs, grpc, clock).definition(),
                new BridgeService(builder, jobs, workers).definition());
    }
}
