package dev.gantry.buildkit.control;

import dev.gantry.build.Builder;
import dev.gantry.buildkit.session.Sessions;
import dev.gantry.buildkit.sync.Directories;
import dev.gantry.docker.image.ImageEvents;
import io.grpc.ServerServiceDefinition;
import java.time.Clock;
import java.util.List;

/// All that is answered over gRPC.
public final class Services {
    private Services() {}

    public static List<ServerServiceDefinition> of(
            Builder builder, Sessions sessions, Directories directories, ImageEvents told, Clock clock) {
        var jobs = new Jobs();
        var workers = new Workers();
        return List.of(
                new ControlService(builder, sessions, directories, workers, new Export(told), jobs, clock).definition(),
                new BridgeService(jobs, workers).definition());
    }
}
