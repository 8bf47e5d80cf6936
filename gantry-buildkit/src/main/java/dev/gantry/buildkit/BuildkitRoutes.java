package dev.gantry.buildkit;

import dev.gantry.build.Builder;
import dev.gantry.buildkit.control.Services;
import dev.gantry.buildkit.session.Sessions;
import dev.gantry.buildkit.sync.Directories;
import dev.gantry.buildkit.transport.GrpcStreams;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.build.BuildSessions;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import dev.gantry.linux.Linux;
import io.grpc.ServerServiceDefinition;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// `POST /grpc`, over which a client asks, and `POST /session`, over which it is asked.
public final class BuildkitRoutes implements BuildSessions, AutoCloseable {
    private static final String PROTOCOL = "h2c";

    private final Sessions sessions = new Sessions();
    private final Directories directories;
    private final Supplier<List<ServerServiceDefinition>> services;

    /// Made for the first client: whoever builds nothing over it never loads gRPC. Guarded by this.
    private @Nullable GrpcStreams grpc;

    public BuildkitRoutes(Builder builder, Gantry engine, Clock clock) {
        directories = new Directories(Linux.host(), builder.spool(), clock);
        builder.keepsToo(directories);
        services = () -> Services.of(builder, engine, sessions, directories, this::grpc, clock);
    }

    private synchronized GrpcStreams grpc() {
        GrpcStreams made = grpc;
        if (made == null) {
            made = new GrpcStreams(services.get());
            grpc = made;
        }
        return made;
    }

    @Override
    public void addTo(Routes routes) {
        routes.add("POST", "/grpc", this::grpc).add("POST", "/session", this::session);
    }

    private ApiResponse grpc(Call call) {
        check(call);
        return new ApiResponse.Upgrade(PROTOCOL, connection -> {
            try {
                grpc().serve(connection.input(), connection.output());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        });
    }

    private ApiResponse session(Call call) {
        check(call);
        String id = header(call, "x-docker-expose-session-uuid");
        String shared = header(call, "x-docker-expose-session-sharedkey");
        if (id.isEmpty()) {
            throw DockerError.badParameter("the session has no id");
        }
        return new ApiResponse.Upgrade(PROTOCOL, connection -> {
            try {
                sessions.hold(grpc(), id, shared, connection.input(), connection.output());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        });
    }

    private static void check(Call call) {
        call.access().judgeBuild();
        String upgrade = header(call, "upgrade");
        if (upgrade.isEmpty()) {
            throw DockerError.badParameter("no upgrade proto in request");
        }
        if (!upgrade.equals(PROTOCOL)) {
            throw DockerError.badParameter("protocol " + upgrade + " not supported");
        }
    }

    private static String header(Call call, String name) {
        String value = call.request().header(name);
        return value == null ? "" : value;
    }

    private static InterruptedIOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        var io = new InterruptedIOException("the engine is stopping");
        io.initCause(e);
        return io;
    }

    @Override
    public synchronized void close() {
        if (grpc != null) {
            grpc.close();
        }
        directories.close();
    }
}
