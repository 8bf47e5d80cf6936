package dev.gantry.docker;

import dev.gantry.base.GantryException;
import dev.gantry.build.Builder;
import dev.gantry.docker.access.Surroundings;
import dev.gantry.docker.build.BuildRoutes;
import dev.gantry.docker.build.BuildSessions;
import dev.gantry.docker.container.ArchiveRoutes;
import dev.gantry.docker.container.CheckpointRoutes;
import dev.gantry.docker.container.CommitRoute;
import dev.gantry.docker.container.ContainerRoutes;
import dev.gantry.docker.container.CreateRoute;
import dev.gantry.docker.container.ExecRoutes;
import dev.gantry.docker.container.QueryRoutes;
import dev.gantry.docker.container.StatsRoutes;
import dev.gantry.docker.container.StreamRoutes;
import dev.gantry.docker.guard.Control;
import dev.gantry.docker.guard.Watched;
import dev.gantry.docker.image.ImageRoutes;
import dev.gantry.docker.image.RegistryRoutes;
import dev.gantry.docker.image.TransferRoutes;
import dev.gantry.docker.network.NetworkRoutes;
import dev.gantry.docker.plugin.PluginRoutes;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Failures;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Versions;
import dev.gantry.docker.system.DaemonSettings;
import dev.gantry.docker.system.EventRoutes;
import dev.gantry.docker.system.HostFacts;
import dev.gantry.docker.system.LaterRoutes;
import dev.gantry.docker.system.SystemRoutes;
import dev.gantry.docker.volume.VolumeRoutes;
import dev.gantry.engine.Gantry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Engine API over one engine.
///
/// ```java
/// ApiHandler api = new DockerApi(engine, HostFacts.read("0.1.0"), Clock.systemUTC());
/// ```
public final class DockerApi implements ApiHandler {
    private static final Logger LOG = LoggerFactory.getLogger(DockerApi.class);

    private final Routes routes = new Routes();
    private final Watched watched;

    /// One that was told nothing.
    public DockerApi(Gantry engine, HostFacts host, Clock clock) {
        this(engine, host, clock, Control.OPEN);
    }

    public DockerApi(Gantry engine, HostFacts host, Clock clock, Control control) {
        this(engine, host, () -> DaemonSettings.NONE, clock, control, null, null);
    }

    /// `settings` are asked for anew by each request that depends on them.
    ///
    /// @param builder null: nothing is built
    /// @param sessions null: builds have the classic door only
    public DockerApi(
            Gantry engine,
            HostFacts host,
            Supplier<DaemonSettings> settings,
            Clock clock,
            Control control,
            @Nullable Builder builder,
            @Nullable BuildSessions sessions) {
        Surroundings around =
                Surroundings.of(engine, () -> settings.get().containers().usual());
        watched = new Watched(engine, control, around, clock);
        new SystemRoutes(engine, builder, sessions != null, host, settings, clock).addTo(routes);
        new EventRoutes(engine.events(), engine.containers(), engine.measures(), clock).addTo(routes);
        new CreateRoute(engine, () -> settings.get().containers(), around).addTo(routes);
        var checkpoints =
                new CheckpointRoutes(engine.containers(), () -> settings.get().experimental());
        new ContainerRoutes(engine, checkpoints, clock).addTo(routes);
        checkpoints.addTo(routes);
        new QueryRoutes(engine, clock).addTo(routes);
        new ArchiveRoutes(engine).addTo(routes);
        new CommitRoute(engine).addTo(routes);
        new StreamRoutes(engine.containers(), engine.logs(), clock).addTo(routes);
        new ExecRoutes(engine.containers(), engine.execs()).addTo(routes);
        new StatsRoutes(engine.containers(), engine.stats()).addTo(routes);
        new ImageRoutes(engine, clock).addTo(routes);
        new TransferRoutes(engine.images(), engine.events()).addTo(routes);
        new RegistryRoutes(engine).addTo(routes);
        new VolumeRoutes(engine).addTo(routes);
        new NetworkRoutes(engine, () -> settings.get().networkOptions(), clock).addTo(routes);
        new PluginRoutes(engine.plugins()).addTo(routes);
        if (builder == null) {
            LaterRoutes.builds(routes);
        } else {
            new BuildRoutes(builder, engine, clock).addTo(routes);
        }
        if (sessions == null) {
            LaterRoutes.sessions(routes);
        } else {
            sessions.addTo(routes);
        }
        new LaterRoutes().addTo(routes);
    }

    /// Header fields which every answer has.
    ///
    /// @param experimental whether clients may ask for what dockerd calls so
    public static Map<String, String> headers(String version, boolean experimental) {
        return Map.of(
                "Api-Version",
                Versions.newest(),
                "Docker-Experimental",
                Boolean.toString(experimental),
                "Ostype",
                "linux",
                "Server",
                "Gantry/" + version + " (linux)");
    }

    /// The method and the pattern of the route that a request takes; the method alone when there is none.
    public String route(ApiRequest request) {
        try {
            return routes.find(request.method(), Versions.split(request.path()).path())
                    .route();
        } catch (DockerError | GantryException none) {
            return request.method();
        }
    }

    /// All routes as `METHOD pattern`.
    public List<String> routes() {
        return routes.names();
    }

    @Override
    public ApiResponse handle(ApiRequest request) {
        try {
            Versions.Versioned versioned = Versions.split(request.path());
            Routes.Match match = routes.find(request.method(), versioned.path());
            return watched.answer(match, new Call(request, match.subject(), versioned.minor()));
        } catch (DockerError | GantryException e) {
            LOG.debug("method={} path={} refused={}", request.method(), request.path(), e.getMessage());
            return Failures.answer(e);
        } catch (RuntimeException e) {
            LOG.error("method={} path={} failed", request.method(), request.path(), e);
            return Failures.answer(e);
        }
    }
}
