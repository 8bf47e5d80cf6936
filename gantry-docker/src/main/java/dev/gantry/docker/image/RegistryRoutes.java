package dev.gantry.docker.image;

import dev.gantry.api.image.DistributionInspect;
import dev.gantry.api.image.PlatformSpec;
import dev.gantry.api.image.RemoteDescriptor;
import dev.gantry.api.image.SearchResult;
import dev.gantry.api.system.AuthAnswer;
import dev.gantry.api.system.AuthConfig;
import dev.gantry.base.Forbidden;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import dev.gantry.images.image.Images;
import dev.gantry.images.registry.Credentials;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What is asked of registries: push, login, distribution, search.
public final class RegistryRoutes {
    private static final Set<String> FILTERS = Set.of("is-automated", "is-official", "stars");
    private static final int USUAL_LIMIT = 25;
    private static final int MOST_LIMIT = 100;

    private final Gantry engine;

    public RegistryRoutes(Gantry engine) {
        this.engine = engine;
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/images/{name...}/push", this::push)
                .add("POST", "/auth", this::login)
                .add("GET", "/distribution/{name...}/json", this::distribution)
                .add("GET", "/images/search", this::search);
    }

    private ApiResponse push(Call call) {
        String tag = call.query().text("tag");
        if (!(parse(tag.isEmpty() ? call.subject() : call.subject() + ":" + tag) instanceof Reference.Tagged name)) {
            throw DockerError.badParameter("cannot push a digest reference");
        }
        String platform = call.query().text("platform");
        Optional<Platform> wanted = platform.isEmpty() ? Optional.empty() : Optional.of(PlatformText.parse(platform));
        Credentials credentials = RegistryAuth.parse(call.request().header("x-registry-auth"));
        return TransferRoutes.lines(true, progress -> {
            engine.images().push(name, wanted, credentials, progress);
            new ImageEvents(engine.events(), engine.images()).moved("push", name);
        });
    }

    private static Reference parse(String text) {
        try {
            return Reference.parse(text);
        } catch (InvalidArgument e) {
            throw new DockerError(400, "invalid reference format: " + e.getMessage(), e);
        }
    }

    private ApiResponse login(Call call) {
        AuthConfig auth = call.body(AuthConfig.class);
        String address = auth.serveraddress() == null ? "" : auth.serveraddress();
        String domain = address.replaceFirst("^https?://", "").replaceFirst("/.*$", "");
        boolean usual = domain.isEmpty() || domain.equals("index.docker.io");
        try {
            engine.images().login(usual ? "docker.io" : domain, RegistryAuth.of(auth));
            return ApiResponse.json(new AuthAnswer("Login Succeeded", ""));
        } catch (Forbidden e) {
            throw new DockerError(401, "login attempt to https://" + domain + "/v2/ failed: " + e.why(), e);
        }
    }

    private ApiResponse distribution(Call call) {
        Credentials credentials = RegistryAuth.parse(call.request().header("x-registry-auth"));
        Reference reference = parse(call.subject());
        try {
            Images.AtRegistry found = engine.images().distribution(reference, credentials);
            return ApiResponse.json(new DistributionInspect(
                    new RemoteDescriptor(
                            found.descriptor().mediaType(),
                            found.descriptor().digest().toString(),
                            found.descriptor().size()),
                    found.platforms().stream()
                            .map(p -> new PlatformSpec(
                                    p.architecture(), p.os(), p.variant().isEmpty() ? null : p.variant()))
                            .toList()));
        } catch (NotFound e) {
            throw new DockerError(404, "manifest unknown: " + e.getMessage(), e);
        } catch (Forbidden e) {
            throw new DockerError(401, String.valueOf(e.getMessage()), e);
        }
    }

    private ApiResponse search(Call call) {
        String term = call.query().text("term");
        Filters filters = Filters.of(call.query(), FILTERS);
        String asked = call.query().text("limit");
        int limit = asked.isEmpty() ? USUAL_LIMIT : limit(asked);
        if (term.contains("://")) {
            throw DockerError.badParameter(
                    "invalid repository name: repository name (" + term + ") should not have a scheme");
        }
        boolean automated = filters.flag("is-automated", false);
        boolean official = filters.flag("is-official", false);
        List<Integer> stars =
                filters.all("stars").stream().map(RegistryRoutes::stars).toList();
        Credentials credentials = RegistryAuth.parse(call.request().header("x-registry-auth"));
        return ApiResponse.json(engine.images().search(term, limit, credentials).stream()
                .filter(f -> !automated
                        && (!filters.has("is-official") || f.official() == official)
                        && stars.stream().allMatch(least -> f.stars() >= least))
                .map(f -> new SearchResult(f.stars(), f.official(), f.name(), false, f.description()))
                .toList());
    }

    private static int limit(String text) {
        if (!text.matches("-?[0-9]{1,9}")) {
            throw DockerError.badParameter("invalid limit specified: " + text + " is no whole number");
        }
        int limit = Integer.parseInt(text);
        if (limit == 0) {
            return USUAL_LIMIT;
        }
        if (limit < 1 || limit > MOST_LIMIT) {
            throw DockerError.badParameter("limit " + limit + " is outside the range of [1, 100]");
        }
        return limit;
    }

    private static int stars(String text) {
        if (!text.matches("[0-9]{1,9}")) {
            throw DockerError.badParameter("invalid filter 'stars=[" + text + "]'");
        }
        return Integer.parseInt(text);
    }
}
