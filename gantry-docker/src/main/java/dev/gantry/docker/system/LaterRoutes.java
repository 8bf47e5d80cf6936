package dev.gantry.docker.system;

import dev.gantry.api.system.BuildCachePruned;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import java.util.List;

/// Builds and clusters: what little can be said about them now, and words for the rest.
public final class LaterRoutes {
    private static final String NO_SWARM = "This node is not a swarm manager."
            + " Use \"docker swarm init\" or \"docker swarm join\" to connect this node to swarm and try again.";

    /// Where there is no builder.
    public static void builds(Routes routes) {
        later(routes, "build images", "POST /build", "POST /build/cancel");
        routes.add("POST", "/build/prune", _ -> ApiResponse.json(new BuildCachePruned(List.of(), 0)));
    }

    /// Where builds have no sessions.
    public static void sessions(Routes routes) {
        later(routes, "hold a session", "POST /session", "POST /grpc");
    }

    public void addTo(Routes routes) {
        for (String kind : List.of("services", "tasks", "nodes", "secrets", "configs")) {
            routes.add("GET", "/" + kind, LaterRoutes::noSwarm)
                    .add("GET", "/" + kind + "/{id}", LaterRoutes::noSwarm)
                    .add("POST", "/" + kind + "/create", LaterRoutes::noSwarm)
                    .add("POST", "/" + kind + "/{id}/update", LaterRoutes::noSwarm)
                    .add("DELETE", "/" + kind + "/{id}", LaterRoutes::noSwarm);
        }
        routes.add("PUT", "/volumes/{name}", LaterRoutes::noSwarm)
                .add("GET", "/services/{id}/logs", LaterRoutes::noSwarm)
                .add("GET", "/tasks/{id}/logs", LaterRoutes::noSwarm)
                .add("GET", "/swarm", LaterRoutes::noSwarm)
                .add("GET", "/swarm/unlockkey", LaterRoutes::noSwarm)
                .add("POST", "/swarm/update", LaterRoutes::noSwarm)
                .add("POST", "/swarm/leave", _ -> {
                    throw new DockerError(503, "This node is not part of a swarm");
                });
        later(routes, "make or join a cluster", "POST /swarm/init", "POST /swarm/join", "POST /swarm/unlock");
    }

    private static void later(Routes routes, String what, String... patterns) {
        for (String pattern : patterns) {
            int blank = pattern.indexOf(' ');
            routes.add(pattern.substring(0, blank), pattern.substring(blank + 1), _ -> {
                throw new DockerError(501, "this version of the engine cannot " + what + " yet");
            });
        }
    }

    private static ApiResponse noSwarm(Call call) {
        throw new DockerError(503, NO_SWARM);
    }
}
