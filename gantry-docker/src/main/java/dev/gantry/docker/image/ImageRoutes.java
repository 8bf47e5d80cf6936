package dev.gantry.docker.image;

import dev.gantry.api.container.DriverData;
import dev.gantry.api.image.DeletedItem;
import dev.gantry.api.image.HistoryItem;
import dev.gantry.api.image.ImageConfig;
import dev.gantry.api.image.ImageInspect;
import dev.gantry.api.image.ImageMetadata;
import dev.gantry.api.image.ImagesPruned;
import dev.gantry.api.image.RootFs;
import dev.gantry.api.image.StoredConfig;
import dev.gantry.api.json.Empty;
import dev.gantry.api.json.Wire;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.access.Access;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Containers;
import dev.gantry.images.image.Image;
import dev.gantry.images.image.ImageDetails;
import dev.gantry.images.image.ImageSummary;
import dev.gantry.images.image.Images;
import io.avaje.json.JsonException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What can be asked and changed about the images that are here.
public final class ImageRoutes {
    private static final Set<String> FILTERS = Set.of("before", "dangling", "label", "reference", "since", "until");

    private final Gantry engine;
    private final Images images;
    private final Containers containers;
    private final ImageEvents told;
    private final Clock clock;

    public ImageRoutes(Gantry engine, Clock clock) {
        this.told = new ImageEvents(engine.events(), engine.images());
        this.engine = engine;
        this.images = engine.images();
        this.containers = engine.containers();
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/images/json", this::list)
                .add("GET", "/images/{name...}/json", this::inspect)
                .add("GET", "/images/{name...}/history", this::history)
                .add("POST", "/images/{name...}/tag", this::tag)
                .add("DELETE", "/images/{name...}", this::remove)
                .add("POST", "/images/prune", this::prune);
    }

    /// Runs `action`; an unknown image is said in Docker's words.
    static <T> T named(String name, Supplier<T> action) {
        try {
            return action.get();
        } catch (NotFound e) {
            throw DockerError.noSuchImage(Names.familiar(name), e);
        }
    }

    private ApiResponse list(Call call) {
        Filters filters = Filters.of(call.query(), FILTERS);
        Instant now = clock.instant();
        List<Instant> before = created(filters.all("before"));
        List<Instant> since = created(filters.all("since"));
        List<Instant> until =
                filters.all("until").stream().map(t -> Times.parse(t, now)).toList();
        boolean danglingAsked = filters.has("dangling");
        boolean dangling = filters.flag("dangling", false);
        List<dev.gantry.api.image.ImageSummary> rows = new ArrayList<>();
        for (ImageSummary i : images.list()) {
            boolean fits = (!danglingAsked || dangling == i.repoTags().isEmpty())
                    && before.stream().allMatch(i.created()::isBefore)
                    && since.stream().allMatch(i.created()::isAfter)
                    && until.stream().allMatch(i.created()::isBefore)
                    && filters.labels("label", i.labels())
                    && filters.any("reference", pattern -> Glob.matchesAny(pattern, i.repoTags(), i.repoDigests()));
            if (fits) {
                rows.add(
                        call.since(47) && call.query().flag("manifests")
                                ? Variants.add(summary(i, -1), variants(i, call.access()))
                                : summary(i, -1));
            }
        }
        return ApiResponse.json(rows);
    }

    private Variants variants(ImageSummary i, Access access) {
        return new Variants(images.variants(i.id().digest().toString()), image -> users(image, access));
    }

    /// The details for the platform that the query may name.
    private ImageDetails details(Call call, int since) {
        String platform = call.since(since) ? call.query().text("platform") : "";
        ImageDetails first = named(call.subject(), () -> images.inspect(call.subject()));
        // An image that is here, but not for this platform, has words of its own.
        return platform.isEmpty() ? first : images.inspect(call.subject(), PlatformText.parse(platform));
    }

    private List<Instant> created(List<String> names) {
        return names.stream()
                .map(name -> named(name, () -> images.inspect(name).summary().created()))
                .toList();
    }

    /// One row of a listing; `containers` is how many use it, -1 when that was not counted.
    public static dev.gantry.api.image.ImageSummary summary(ImageSummary i, long containers) {
        return new dev.gantry.api.image.ImageSummary(
                containers,
                i.created().getEpochSecond(),
                i.id().digest().toString(),
                i.labels().isEmpty() ? null : i.labels(),
                "",
                i.repoDigests(),
                i.repoTags(),
                -1,
                i.size(),
                null,
                null);
    }

    private ApiResponse inspect(Call call) {
        boolean manifests = call.since(48) && call.query().flag("manifests");
        if (manifests && call.since(49) && !call.query().text("platform").isEmpty()) {
            throw DockerError.badParameter("conflicting options: manifests and platform options cannot both be set");
        }
        ImageDetails d = details(call, 49);
        ImageSummary s = d.summary();
        ImageInspect whole = inspected(call, d, s, engine.storage().driver().word());
        return ApiResponse.json(manifests ? Variants.add(whole, variants(s, call.access())) : whole);
    }

    private static ImageInspect inspected(Call call, ImageDetails d, ImageSummary s, String driver) {
        return new ImageInspect(
                s.id().digest().toString(),
                s.repoTags(),
                s.repoDigests(),
                "",
                d.comment(),
                s.created().equals(Instant.EPOCH) ? null : Times.nano(s.created()),
                "",
                d.author(),
                call.since(45) && !isFirstCompose(call) ? null : config(d),
                config(d),
                s.platform().architecture(),
                s.platform().variant().isEmpty() ? null : s.platform().variant(),
                s.platform().os(),
                s.size(),
                new DriverData(null, driver),
                new RootFs(
                        "layers",
                        d.diffIds().isEmpty()
                                ? null
                                : d.diffIds().stream().map(Object::toString).toList()),
                new ImageMetadata(s.repoTags().isEmpty() ? Times.NEVER : Times.nano(s.created())),
                null,
                null);
    }

    /// It asks for the newest version, and cannot replace a container without a field that this version has no more.
    private static boolean isFirstCompose(Call call) {
        String agent = call.request().header("user-agent");
        return agent != null && agent.startsWith("docker-compose/1.");
    }

    private static ImageConfig config(ImageDetails d) {
        Image.Config c = d.config();
        StoredConfig.Run more = stored(d.configJson());
        return new ImageConfig(
                orNull(c.user()),
                set(c.exposedPorts()),
                orNull(c.env()),
                orNull(c.entrypoint()),
                orNull(c.cmd()),
                set(c.volumes()),
                orNull(c.workingDir()),
                c.labels().isEmpty() ? null : c.labels(),
                orNull(c.stopSignal()),
                more.healthcheck(),
                more.argsEscaped(),
                more.onBuild(),
                more.shell());
    }

    /// Nothing, where these fields are not what they are elsewhere: an image of others must still be shown.
    private static StoredConfig.Run stored(byte[] config) {
        try {
            StoredConfig stored = Wire.json().type(StoredConfig.class).fromJson(config);
            return stored.config() == null ? StoredConfig.Run.NONE : stored.config();
        } catch (JsonException | IllegalStateException e) {
            return StoredConfig.Run.NONE;
        }
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable List<String> orNull(List<String> texts) {
        return texts.isEmpty() ? null : texts;
    }

    private static @Nullable Map<String, Empty> set(List<String> names) {
        if (names.isEmpty()) {
            return null;
        }
        Map<String, Empty> set = new TreeMap<>();
        names.forEach(name -> set.put(name, new Empty()));
        return set;
    }

    /// The newest step first; only the image itself has an id.
    private ApiResponse history(Call call) {
        ImageDetails d = details(call, 48);
        List<HistoryItem> items = new ArrayList<>();
        for (ImageDetails.History h : d.history().reversed()) {
            boolean first = items.isEmpty();
            items.add(new HistoryItem(
                    h.comment(),
                    h.created().getEpochSecond(),
                    h.createdBy(),
                    first ? d.summary().id().digest().toString() : "<missing>",
                    h.size(),
                    first && !d.summary().repoTags().isEmpty() ? d.summary().repoTags() : null));
        }
        return ApiResponse.json(items);
    }

    private ApiResponse tag(Call call) {
        String repository = call.query().text("repo");
        String tag = call.query().text("tag", Reference.DEFAULT_TAG);
        Reference name;
        try {
            name = Reference.parse(repository + ":" + tag);
        } catch (InvalidArgument e) {
            throw new DockerError(400, "invalid reference format: " + e.getMessage(), e);
        }
        if (!(name instanceof Reference.Tagged tagged)) {
            throw DockerError.badParameter("refusing to create a tag with a digest reference");
        }
        named(call.subject(), () -> {
            images.tag(call.subject(), tagged);
            return tagged;
        });
        told.tagged(images.inspect(tagged.familiar()).summary().id().digest().toString(), tagged);
        return new ApiResponse.Empty(201);
    }

    private ApiResponse remove(Call call) {
        boolean force = call.query().flag("force");
        List<String> platforms = call.since(50) ? call.query().all("platforms") : List.of();
        if (platforms.size() > 1) {
            throw DockerError.badParameter("multiple platforms are not supported");
        }
        String id = named(
                call.subject(),
                () -> images.inspect(call.subject()).summary().id().digest().toString());
        Optional<Platform> only = platforms.stream().map(PlatformText::parse).findFirst();
        List<Images.Removal> removed = only.isPresent()
                ? images.remove(call.subject(), only, force, this::users) // not for this one has words of its own
                : named(call.subject(), () -> images.remove(call.subject(), force, this::users));
        tell(id, removed);
        return ApiResponse.json(removed.stream().map(ImageRoutes::deleted).toList());
    }

    /// As dockerd: one for each name, and one for the image, not for its layers.
    private void tell(String id, List<Images.Removal> removed) {
        for (Images.Removal removal : removed) {
            switch (removal) {
                case Images.Removal.Untagged _ -> told.removed("untag", id);
                case Images.Removal.Deleted d -> {
                    if (d.digest().toString().equals(id)) {
                        told.removed("delete", id);
                    }
                }
            }
        }
    }

    private static DeletedItem deleted(Images.Removal removal) {
        return switch (removal) {
            case Images.Removal.Untagged u -> new DeletedItem(u.reference(), null);
            case Images.Removal.Deleted d -> new DeletedItem(null, d.digest().toString());
        };
    }

    private List<Images.InUse.User> users(Image.Id image) {
        return users(image, Access.FULL);
    }

    private List<Images.InUse.User> users(Image.Id image, Access access) {
        String hex = image.digest().toString();
        return containers.list().stream()
                .filter(access::sees)
                .filter(c -> c.images().contains(hex))
                .map(c -> new Images.InUse.User(c.id(), c.isRunning()))
                .toList();
    }

    /// Images without a name go; with `dangling=false` all that no container uses.
    private ApiResponse prune(Call call) {
        Filters filters = Filters.of(call.query(), Set.of("dangling", "label", "label!", "until"));
        boolean onlyDangling = filters.flag("dangling", true);
        Instant until =
                filters.has("until") ? Times.parse(filters.all("until").getFirst(), clock.instant()) : Instant.MAX;
        Set<String> used = new HashSet<>();
        for (Container c : containers.list()) {
            used.addAll(c.images());
        }
        List<DeletedItem> gone = new ArrayList<>();
        for (ImageSummary i : images.list()) {
            String id = i.id().digest().toString();
            boolean excluded = filters.all("label!").stream().anyMatch(label -> Filters.hasLabel(label, i.labels()));
            if (!used.contains(id)
                    && (!onlyDangling || i.repoTags().isEmpty())
                    && !excluded
                    && i.created().isBefore(until)
                    && filters.labels("label", i.labels())) {
                List<Images.Removal> removed = images.remove(id, true, this::users);
                tell(id, removed);
                removed.forEach(r -> gone.add(deleted(r)));
            }
        }
        long bytes = images.collectGarbage().bytes();
        told.pruned(bytes);
        return ApiResponse.json(new ImagesPruned(gone, bytes));
    }
}
