package dev.gantry.docker.container;

import dev.gantry.api.container.CreateRequest;
import dev.gantry.api.container.CreateResponse;
import dev.gantry.api.container.HostConfig;
import dev.gantry.base.Conflict;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.access.Access;
import dev.gantry.docker.access.Surroundings;
import dev.gantry.docker.image.Names;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.network.Networks;
import dev.gantry.images.image.Images;
import java.util.List;
import java.util.function.Supplier;

/// `POST /containers/create`: what was asked for is checked, judged, and becomes a container.
public final class CreateRoute {
    private final Containers containers;
    private final Images images;
    private final Supplier<Networks> networks;
    private final Supplier<ContainerDefaults> defaults;
    private final Surroundings around;
    private final boolean mapsIds;

    public CreateRoute(Gantry engine, Supplier<ContainerDefaults> defaults, Surroundings around) {
        this.containers = engine.containers();
        this.images = engine.images();
        this.networks = engine::networks;
        this.defaults = defaults;
        this.around = around;
        this.mapsIds = !engine.options().ids().isSame();
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/containers/create", this::create);
    }

    private ApiResponse create(Call call) {
        CreateRequest request = call.body(CreateRequest.class);
        HostConfig asked = VersionRules.apply(
                request.hostConfig() == null ? HostConfig.builder().build() : request.hostConfig(), call.minor());
        ContainerDefaults usual = defaults.get();
        HostConfig host = usual.shown(asked);
        String name = call.query().text("name");
        if (!name.isEmpty() && !NewName.fits(name)) {
            throw DockerError.badParameter(
                    "Invalid container name (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        if (request.image().isEmpty()) {
            throw DockerError.badParameter("no image was named");
        }
        checkPlatform(call.query().text("platform"));
        boolean hasBridge = networks.get().usual().equals("bridge");
        List<String> warnings = HostConfigCheck.check(request, host, call.minor(), hasBridge, mapsIds);
        ContainerSpec spec = CreateTranslation.spec(request, host, usual.hidden(host), this::networkId, call.minor())
                .ownedBy(call.access().owner())
                .withOthers(other -> judged(other, call.access()));
        call.access().judge(spec, around);
        Container made = make(NewName.plain(name), spec);
        if (request.tty()
                && host.consoleSize().size() == 2
                && host.consoleSize().getFirst() > 0) {
            containers.resize(
                    made.id(), host.consoleSize().getFirst(), host.consoleSize().getLast());
        }
        return ApiResponse.json(201, new CreateResponse(made.id().hex(), warnings));
    }

    private String networkId(String name) {
        try {
            return networks.get().find(name).id().hex();
        } catch (NotFound | InvalidArgument e) {
            return name; // the engine says so
        }
    }

    /// Another container whose namespaces or volumes it is to have: by the id that was judged, for a name may
    /// mean another one a moment later.
    private String judged(String other, Access access) {
        try {
            Container c = containers.find(other);
            access.judgeShared(c, around);
            return c.id().hex();
        } catch (NotFound e) {
            throw new DockerError(400, "No such container: " + other, e);
        }
    }

    private Container make(String name, ContainerSpec spec) {
        try {
            return containers.create(name, spec);
        } catch (NotFound e) {
            throw missing(spec, e);
        } catch (Conflict e) {
            throw NewName.taken(containers, name, e);
        }
    }

    /// The client pulls the image whenever it reads a 404 here: other things that are not there have another status.
    private DockerError missing(ContainerSpec spec, NotFound e) {
        try {
            images.resolve(spec.image());
        } catch (NotFound noImage) {
            return DockerError.noSuchImage(Names.familiar(spec.image()), e);
        }
        return new DockerError(400, String.valueOf(e.getMessage()), e);
    }

    private static void checkPlatform(String text) {
        if (text.isEmpty()) {
            return;
        }
        Platform asked = Platform.parse(text);
        Platform host = Platform.host();
        if (!asked.os().equals(host.os()) || !asked.architecture().equals(host.architecture())) {
            throw DockerError.later("the platform " + text + " on a host of " + host);
        }
    }
}
