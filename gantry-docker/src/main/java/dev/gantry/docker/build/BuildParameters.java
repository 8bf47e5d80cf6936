package dev.gantry.docker.build;

import dev.gantry.api.container.Ulimit;
import dev.gantry.api.json.Wire;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.JsonText;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.build.BuildRequest;
import dev.gantry.build.graph.Op;
import dev.gantry.docker.Query;
import dev.gantry.docker.image.PlatformText;
import dev.gantry.docker.image.RegistryAuth;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.images.registry.Credentials;
import io.avaje.json.JsonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The parameters of `POST /build`.
final class BuildParameters {
    private static final List<String> NUMBERS =
            List.of("memory", "memswap", "cpushares", "cpuperiod", "cpuquota", "shmsize");
    private static final List<String> TEXTS = List.of("cpusetcpus", "cpusetmems");

    private BuildParameters() {}

    static BuildRoutes.Asked read(Call call) {
        Query query = call.query();
        refuse(query);
        String platform = query.text("platform");
        Platform wanted = platform.isEmpty() ? Platform.host() : PlatformText.parse(platform);
        Map<String, String> arguments = map(query.text("buildargs"), "buildargs");
        Map<String, String> labels = map(query.text("labels"), "labels");
        List<Reference.Tagged> names = names(query.all("t"));
        Op.Network network = network(query.text("networkmode"));
        List<String> hosts = hosts(query);
        List<String> limits = limits(query);
        Function<String, Credentials> credentials =
                RegistryAuth.ofRegistries(call.request().header("x-registry-config"));
        Op.Pull pull = query.flag("pull") ? Op.Pull.ALWAYS : Op.Pull.MISSING;
        BuildRequest.Caches caches =
                CacheTexts.read(texts(query.text("cachefrom"), "cachefrom"), texts(query.text("cacheto"), "cacheto"));
        return (context, dockerfile, given) -> new BuildRequest(
                context,
                dockerfile.isEmpty() ? query.text("dockerfile", "Dockerfile") : dockerfile,
                query.text("target"),
                arguments,
                labels,
                wanted,
                pull,
                query.flag("nocache"),
                network,
                hosts,
                limits,
                names,
                credentials,
                given.with(caches));
    }

    /// The classic answer has no room for anything but an image.
    static void refuseOutputs(Query query) {
        if (!query.text("outputs").isEmpty() && !query.text("outputs").equals("[]")) {
            throw new DockerError(501, "POST /build makes an image and nothing else: use gantry build --output");
        }
    }

    /// What cannot be done is said before anything is.
    private static void refuse(Query query) {
        if (query.text("version").equals("2") || !query.text("session").isEmpty()) {
            throw new DockerError(
                    501, "this version of the engine has no BuildKit sessions: build with DOCKER_BUILDKIT=0");
        }
        if (query.flag("squash")) {
            throw new DockerError(501, "layers of a build are not squashed here: leave out --squash");
        }
        String isolation = query.text("isolation");
        if (!isolation.isEmpty() && !isolation.equals("default")) {
            throw DockerError.badParameter("invalid isolation: " + isolation + ": Linux has default only");
        }
        if (query.has("securityopt")
                && !query.text("securityopt").isEmpty()
                && !query.text("securityopt").matches("\\[\\]|null")) {
            throw new DockerError(501, "builds have the usual security options: leave out --security-opt");
        }
        if (!query.text("cgroupparent").isEmpty()) {
            throw new DockerError(501, "builds have the engine's group as a parent: leave out --cgroup-parent");
        }
    }

    private static Op.Network network(String mode) {
        return switch (mode) {
            case "", "default", "bridge" -> Op.Network.SANDBOX;
            case "host" -> Op.Network.HOST;
            case "none" -> Op.Network.NONE;
            default -> throw new DockerError(501, "builds have the networks default, host and none, and not " + mode);
        };
    }

    private static List<Reference.Tagged> names(List<String> texts) {
        List<Reference.Tagged> names = new ArrayList<>();
        for (String text : texts) {
            if (text.isEmpty()) {
                continue;
            }
            try {
                if (Reference.parse(text) instanceof Reference.Tagged tagged) {
                    names.add(tagged);
                    continue;
                }
            } catch (InvalidArgument e) {
                throw new DockerError(400, "invalid reference format: " + e.getMessage(), e);
            }
            throw DockerError.badParameter("refusing to create a tag with a digest reference");
        }
        return names.stream().distinct().toList();
    }

    /// A value that is null is one of the client's environment, which nobody here has.
    private static Map<String, String> map(String json, String name) {
        Map<String, String> all = new LinkedHashMap<>();
        if (!json.isEmpty()) {
            Object read = document(json, name);
            if (!(read instanceof Map<?, ?> map)) {
                throw DockerError.badParameter("error reading " + name + ": it is no object");
            }
            map.forEach((key, value) -> {
                if (value != null) {
                    all.put(String.valueOf(key), String.valueOf(value));
                }
            });
        }
        return all;
    }

    private static List<String> texts(String json, String name) {
        if (json.isEmpty() || json.equals("null")) {
            return List.of();
        }
        return switch (document(json, name)) {
            case List<?> list -> list.stream().map(String::valueOf).toList();
            default -> throw DockerError.badParameter("error reading " + name + ": it is no list");
        };
    }

    private static Object document(String json, String name) {
        try {
            return Wire.json().type(Object.class).fromJson(JsonText.readable(json));
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
            throw new DockerError(400, "error reading " + name + ": " + e.getMessage(), e);
        }
    }

    /// A list, as the stock client sends it, or words with commas.
    private static List<String> hosts(Query query) {
        List<String> hosts = new ArrayList<>();
        for (String text : query.all("extrahosts")) {
            if (text.startsWith("[") && document(text, "extrahosts") instanceof List<?> list) {
                list.forEach(each -> hosts.add(String.valueOf(each)));
            } else if (!text.isEmpty() && !text.equals("null")) {
                hosts.addAll(List.of(text.split(",")));
            }
        }
        return hosts;
    }

    private static List<String> limits(Query query) {
        List<String> limits = new ArrayList<>();
        for (String name : NUMBERS) {
            long number = query.number(name, 0);
            if (number != 0) {
                limits.add(name + "=" + number);
            }
        }
        for (String name : TEXTS) {
            if (!query.text(name).isEmpty()) {
                limits.add(name + "=" + query.text(name));
            }
        }
        String ulimits = query.text("ulimits");
        if (!ulimits.isEmpty() && !ulimits.equals("null")) {
            try {
                for (Ulimit u : Wire.json().type(Ulimit.class).list().fromJson(JsonText.readable(ulimits))) {
                    limits.add("ulimit=" + u.name() + "=" + u.soft() + ":" + u.hard());
                }
            } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
                throw new DockerError(400, "error reading ulimits: " + e.getMessage(), e);
            }
        }
        return limits;
    }
}
