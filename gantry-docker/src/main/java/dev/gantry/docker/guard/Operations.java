package dev.gantry.docker.guard;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// All operations by what they do to the engine. An operation that is not in this table is open only to callers
/// without limits, and a test holds the table to the routes.
public final class Operations {
    /// @param changes something of the engine or in a container
    /// @param withOwn what it means to a caller who has containers of its own only
    record Operation(boolean changes, WithOwn withOwn) {}

    enum WithOwn {
        /// Refused.
        NO,
        /// It is about nothing that belongs to anybody, or the route leaves out what does.
        YES,
        /// Its subject is a container, or an exec of one.
        SUBJECT,
        /// It names a container in its query or body.
        NAMED
    }

    private static final Map<String, Operation> ALL = table();

    private Operations() {}

    static Optional<Operation> find(String route) {
        return Optional.ofNullable(ALL.get(route));
    }

    /// Each as `METHOD pattern`.
    public static Set<String> routes() {
        return ALL.keySet();
    }

    private static Map<String, Operation> table() {
        Map<String, Operation> all = new TreeMap<>();
        put(all, false, WithOwn.YES, """
                GET /_ping
                HEAD /_ping
                GET /version
                GET /info
                GET /events
                GET /system/df
                GET /containers/json
                GET /images/json
                GET /images/search
                GET /images/get
                GET /images/{name...}/get
                GET /images/{name...}/json
                GET /images/{name...}/history
                GET /distribution/{name...}/json
                GET /networks
                GET /networks/
                GET /networks/{id}
                GET /volumes
                GET /volumes/{name}
                GET /plugins
                GET /plugins/{name...}/json
                GET /services
                GET /services/{id}
                GET /services/{id}/logs
                GET /tasks
                GET /tasks/{id}
                GET /tasks/{id}/logs
                GET /nodes
                GET /nodes/{id}
                GET /secrets
                GET /secrets/{id}
                GET /configs
                GET /configs/{id}
                GET /swarm
                """);
        put(all, false, WithOwn.SUBJECT, """
                GET /containers/{id}/json
                GET /containers/{id}/top
                GET /containers/{id}/logs
                GET /containers/{id}/changes
                GET /containers/{id}/export
                GET /containers/{id}/stats
                GET /containers/{id}/archive
                HEAD /containers/{id}/archive
                GET /containers/{id}/checkpoints
                POST /containers/{id}/wait
                GET /exec/{id}/json
                """);
        put(all, true, WithOwn.SUBJECT, """
                POST /containers/{id}/start
                POST /containers/{id}/stop
                POST /containers/{id}/restart
                POST /containers/{id}/kill
                POST /containers/{id}/pause
                POST /containers/{id}/unpause
                POST /containers/{id}/rename
                POST /containers/{id}/update
                POST /containers/{id}/ports
                POST /containers/{id}/resize
                POST /containers/{id}/attach
                GET /containers/{id}/attach/ws
                POST /containers/{id}/exec
                PUT /containers/{id}/archive
                POST /containers/{id}/checkpoints
                DELETE /containers/{id}/checkpoints/{checkpoint}
                DELETE /containers/{id}
                POST /exec/{id}/start
                POST /exec/{id}/resize
                """);
        put(all, true, WithOwn.NAMED, """
                POST /commit
                POST /networks/{id}/connect
                POST /networks/{id}/disconnect
                POST /images/create
                """);
        put(all, true, WithOwn.YES, """
                POST /containers/create
                POST /containers/prune
                POST /auth
                """);
        put(all, true, WithOwn.NO, """
                POST /images/load
                POST /images/prune
                POST /images/{name...}/tag
                POST /images/{name...}/push
                DELETE /images/{name...}
                POST /networks/create
                POST /networks/prune
                DELETE /networks/{id}
                POST /volumes/create
                POST /volumes/prune
                PUT /volumes/{name}
                DELETE /volumes/{name}
                POST /volumes/{name}/rename
                POST /volumes/{name}/expand
                POST /volumes/{name}/clone
                POST /volumes/{name}/snapshot
                POST /volumes/{name}/restore
                GET /volumes/{name}/backup
                GET /plugins/privileges
                POST /plugins/pull
                POST /plugins/create
                POST /plugins/{name...}/enable
                POST /plugins/{name...}/disable
                POST /plugins/{name...}/set
                POST /plugins/{name...}/upgrade
                POST /plugins/{name...}/push
                DELETE /plugins/{name...}
                POST /build
                POST /build/cancel
                POST /build/parcel
                POST /build/prune
                POST /session
                POST /grpc
                POST /services/create
                POST /services/{id}/update
                DELETE /services/{id}
                POST /tasks/create
                POST /tasks/{id}/update
                DELETE /tasks/{id}
                POST /nodes/create
                POST /nodes/{id}/update
                DELETE /nodes/{id}
                POST /secrets/create
                POST /secrets/{id}/update
                DELETE /secrets/{id}
                POST /configs/create
                POST /configs/{id}/update
                DELETE /configs/{id}
                GET /swarm/unlockkey
                POST /swarm/init
                POST /swarm/join
                POST /swarm/leave
                POST /swarm/unlock
                POST /swarm/update
                """);
        return all.entrySet().stream().collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static void put(Map<String, Operation> all, boolean changes, WithOwn own, String routes) {
        Stream.of(routes.split("\n")).forEach(route -> all.put(route, new Operation(changes, own)));
    }
}
