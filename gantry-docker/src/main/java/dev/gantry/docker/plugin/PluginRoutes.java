package dev.gantry.docker.plugin;

import dev.gantry.api.plugin.Plugin;
import dev.gantry.api.plugin.PluginPrivilege;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.image.ProgressLines;
import dev.gantry.docker.image.RegistryAuth;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.managed.ManagedPlugins;
import dev.gantry.engine.managed.PluginView;
import dev.gantry.engine.managed.Privilege;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Managed plugins, from install to remove.
public final class PluginRoutes {
    private static final String BY_NAME = "/plugins/{name...}";

    private final ManagedPlugins plugins;

    public PluginRoutes(ManagedPlugins plugins) {
        this.plugins = plugins;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/plugins", this::list)
                .add("GET", "/plugins/privileges", this::privileges)
                .add("POST", "/plugins/pull", this::pull)
                .add("POST", "/plugins/create", this::create)
                .add("GET", BY_NAME + "/json", this::inspect)
                .add("POST", BY_NAME + "/enable", this::enable)
                .add("POST", BY_NAME + "/disable", this::disable)
                .add("POST", BY_NAME + "/set", this::set)
                .add("POST", BY_NAME + "/upgrade", this::upgrade)
                .add("POST", BY_NAME + "/push", this::push)
                .add("DELETE", BY_NAME, this::remove);
    }

    private ApiResponse list(Call call) {
        Filters filters = Filters.of(call.query(), Set.of("capability", "enabled"));
        boolean asked = filters.has("enabled");
        boolean enabled = filters.flag("enabled", true);
        return ApiResponse.json(plugins.list().stream()
                .filter(p -> !asked || p.enabled() == enabled)
                .filter(p -> filters.any("capability", c -> p.config().is(c.toLowerCase(Locale.ROOT))))
                .map(PluginRoutes::wire)
                .toList());
    }

    private static Plugin wire(PluginView p) {
        return new Plugin(
                p.id(),
                p.name(),
                p.enabled(),
                p.settings().tree(),
                p.reference(),
                p.config().tree());
    }

    private ApiResponse privileges(Call call) {
        Reference remote = remote(call);
        return ApiResponse.json(named(() -> plugins.privileges(remote, credentials(call))).stream()
                .map(p -> new PluginPrivilege(p.name(), p.description(), p.values()))
                .toList());
    }

    /// The name is told in the head, because the body is progress.
    private ApiResponse pull(Call call) {
        Reference remote = remote(call);
        List<Privilege> granted = granted(call);
        String name = call.query().text("name", localName(remote));
        Credentials credentials = credentials(call);
        return lines(
                Map.of("Docker-Plugin-Name", name),
                progress -> plugins.pull(remote, name, granted, credentials, progress));
    }

    private ApiResponse upgrade(Call call) {
        Reference remote = remote(call);
        List<Privilege> granted = granted(call);
        Credentials credentials = credentials(call);
        named(() -> plugins.get(call.subject()));
        return lines(Map.of(), progress -> plugins.upgrade(call.subject(), remote, granted, credentials, progress));
    }

    private ApiResponse push(Call call) {
        Credentials credentials = credentials(call);
        named(() -> plugins.get(call.subject()));
        return lines(Map.of(), progress -> plugins.push(call.subject(), credentials, progress));
    }

    private ApiResponse create(Call call) {
        plugins.create(call.query().text("name"), call.request().body());
        return ApiResponse.noContent();
    }

    private ApiResponse inspect(Call call) {
        return ApiResponse.json(wire(named(() -> plugins.get(call.subject()))));
    }

    private ApiResponse enable(Call call) {
        long seconds = call.query().number("timeout", 0);
        if (seconds < 0) {
            throw DockerError.badParameter("negative value provided for timeout");
        }
        return done(() -> plugins.enable(call.subject(), Duration.ofSeconds(Math.min(seconds, 3600))));
    }

    private ApiResponse disable(Call call) {
        return done(() -> plugins.disable(call.subject(), call.query().flag("force")));
    }

    private ApiResponse set(Call call) {
        List<String> changes = call.list(String.class);
        named(() -> {
            plugins.set(call.subject(), changes);
            return changes;
        });
        return ApiResponse.noContent();
    }

    private ApiResponse remove(Call call) {
        return done(() -> plugins.remove(call.subject(), call.query().flag("force")));
    }

    private static ApiResponse done(Runnable work) {
        named(() -> {
            work.run();
            return work;
        });
        return new ApiResponse.Empty(200);
    }

    /// Runs `action`; an unknown plugin is said in Docker's words.
    private static <T> T named(Supplier<T> action) {
        try {
            return action.get();
        } catch (NotFound e) {
            throw new DockerError(404, e.why(), e);
        }
    }

    private static Reference remote(Call call) {
        String remote = call.query().text("remote");
        try {
            return Reference.parse(remote);
        } catch (InvalidArgument e) {
            throw new DockerError(400, "invalid reference format: " + e.getMessage(), e);
        }
    }

    /// What it is called here unless its user says otherwise: a digest is no name.
    private static String localName(Reference remote) {
        return switch (remote) {
            case Reference.Tagged tagged -> tagged.familiar();
            case Reference.Pinned pinned -> pinned.repository().familiar() + ":" + Reference.DEFAULT_TAG;
        };
    }

    private static List<Privilege> granted(Call call) {
        return call.list(PluginPrivilege.class).stream()
                .map(p -> new Privilege(p.name(), p.description(), p.value()))
                .toList();
    }

    private static Credentials credentials(Call call) {
        return RegistryAuth.parse(call.request().header("x-registry-auth"));
    }

    private static ApiResponse lines(Map<String, String> headers, Consumer<ProgressListener> transfer) {
        ApiResponse.Writer writer = out -> {
            ProgressLines progress = new ProgressLines(out, true);
            try {
                transfer.accept(progress);
            } catch (UncheckedIOException e) {
                throw new IOException("the client has left", e);
            } catch (RuntimeException e) {
                progress.failed(e);
            }
        };
        return new ApiResponse.Stream(ApiResponse.JSON, writer, headers);
    }
}
