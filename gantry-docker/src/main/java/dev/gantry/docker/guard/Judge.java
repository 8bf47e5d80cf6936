package dev.gantry.docker.guard;

import dev.gantry.api.network.NetworkConnect;
import dev.gantry.api.network.NetworkDisconnect;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.Caller;
import dev.gantry.docker.access.Access;
import dev.gantry.docker.access.AccessRules;
import dev.gantry.docker.access.Limit;
import dev.gantry.docker.access.Surroundings;
import dev.gantry.docker.guard.Operations.Operation;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

/// Stands before every route: lets a call pass, narrowed to what was judged, or refuses it. What only the route can
/// read, such as what a container is to be, the route judges by the call's [Access].
public final class Judge {
    private static final String PLUGINS = " /plugins/";

    private final Gantry engine;
    private final AccessRules rules;
    private final Surroundings around;

    public Judge(Gantry engine, AccessRules rules, Surroundings around) {
        this.around = around;
        this.engine = engine;
        this.rules = rules;
    }

    /// The call as the route may take it.
    public Call judge(String route, Call call) {
        Caller caller = call.request().caller();
        Access access = rules.of(caller);
        Call known = call.with(access);
        if (access.limits().isEmpty() || route.endsWith(" /_ping")) {
            return known;
        }
        if (access.has(Limit.NOTHING)) {
            throw Access.refuse(route, "nothing is open to this caller", Limit.NOTHING);
        }
        Operation operation = Operations.find(route)
                .orElseThrow(() -> new Forbidden(
                        route, "no rule says what it may change", "ask a caller without limits to do it"));
        if (operation.changes() && access.has(Limit.READ_ONLY)) {
            throw Access.refuse(route, "it changes something", Limit.READ_ONLY);
        }
        if (operation.withOwn() == Operations.WithOwn.NO && access.has(Limit.OWN_CONTAINERS)) {
            throw Access.refuse(route, "it is about more than containers of one's own", Limit.OWN_CONTAINERS);
        }
        if (operation.changes() && route.contains(PLUGINS)) {
            plugin(route, access);
        }
        if (access.has(Limit.NO_HOST_MOUNTS) && call.query().has("opt")) {
            throw Access.refuse(route, "it asks for a volume with options", Limit.NO_HOST_MOUNTS);
        }
        return switch (operation.withOwn()) {
            case SUBJECT -> subject(route, operation.changes(), known);
            case NAMED -> named(route, known);
            case YES, NO -> known;
        };
    }

    /// A plugin has rights that nobody has judged.
    private static void plugin(String route, Access access) {
        for (Limit limit : new Limit[] {Limit.NO_PRIVILEGED, Limit.NO_HOST_MOUNTS}) {
            if (access.has(limit)) {
                throw Access.refuse(route, "a plugin may have any right", limit);
            }
        }
    }

    /// What is not there is answered here: the route would look again, and might find what nobody has judged.
    private Call subject(String route, boolean change, Call call) {
        boolean exec = route.contains(" /exec/");
        Container c = exec ? ofExec(call.subject()) : container(call.subject());
        call.access().judge(route, c, change, around);
        // By its id: a name may mean another container a moment later.
        return exec ? call : call.with(c.id().hex());
    }

    private Call named(String route, Call call) {
        return switch (route) {
            case "POST /commit" -> {
                Call judged = judgeNamed(route, call, call.query().text("container"));
                if (call.access().has(Limit.OWN_CONTAINERS)
                        && !call.query().text("repo").isEmpty()) {
                    throw Access.refuse(route, "a name may be that of an image of others", Limit.OWN_CONTAINERS);
                }
                yield judged;
            }
            case "POST /images/create" -> {
                if (call.access().has(Limit.OWN_CONTAINERS)
                        && call.query().text("fromImage").isEmpty()) {
                    throw Access.refuse(route, "an import makes an image for everybody", Limit.OWN_CONTAINERS);
                }
                yield call;
            }
            default -> {
                // Read here and again by the route: the same bytes by the same reader.
                ApiRequest request = call.request();
                String text = request.document();
                ApiRequest again = request.with(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
                yield judgeNamed(
                        route,
                        call.with(again),
                        route.endsWith("/connect")
                                ? Call.read(NetworkConnect.class, text).container()
                                : Call.read(NetworkDisconnect.class, text).container());
            }
        };
    }

    private Call judgeNamed(String route, Call call, String name) {
        Container c = container(name);
        call.access().judge(route, c, true, around);
        return call.withJudged(c.id());
    }

    private Container container(String name) {
        try {
            return engine.containers().find(name);
        } catch (NotFound e) {
            throw DockerError.noSuchContainer(name, e);
        }
    }

    private Container ofExec(String id) {
        try {
            ContainerId container = engine.execs().find(id).container();
            return engine.containers()
                    .get(container)
                    .orElseThrow(() -> new NotFound("find exec " + id, "its container is gone", "create it again"));
        } catch (NotFound | InvalidArgument e) {
            throw new DockerError(404, "No such exec instance: " + id, e);
        }
    }
}
