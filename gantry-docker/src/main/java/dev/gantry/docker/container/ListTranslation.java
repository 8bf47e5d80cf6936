package dev.gantry.docker.container;

import dev.gantry.api.container.ContainerSummary;
import dev.gantry.api.container.SummaryHostConfig;
import dev.gantry.api.container.SummaryNetworks;
import dev.gantry.base.GantryException;
import dev.gantry.docker.network.ContainerPlaces;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Filters;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.files.ContainerLayers;
import dev.gantry.engine.health.Checks;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The answer of `GET /containers/json`. Pure.
final class ListTranslation {
    static final Set<String> FILTERS = Set.of(
            "ancestor",
            "before",
            "exited",
            "expose",
            "health",
            "id",
            "is-task",
            "isolation",
            "label",
            "name",
            "network",
            "publish",
            "since",
            "status",
            "volume");
    private static final Set<String> STATES =
            Set.of("created", "restarting", "running", "removing", "paused", "exited", "dead");

    private static final Set<String> HEALTHS = Set.of("none", "starting", "healthy", "unhealthy");

    private ListTranslation() {}

    static ContainerSummary summary(
            Container c,
            Instant now,
            Checks checks,
            MountPoints mountpoints,
            ContainerPlaces places,
            @Nullable ContainerLayers measured,
            int minor) {
        Optional<ContainerLayers.Sizes> sizes = measured == null ? Optional.empty() : sizes(c, measured);
        return ContainerSummary.builder()
                .id(c.id().hex())
                .names(List.of("/" + c.name()))
                .image(c.spec().image())
                .imageId(c.imageId())
                .command(command(c))
                .created(c.created().getEpochSecond())
                .labels(c.spec().labels())
                .state(c.state().word())
                .status(status(c, now, checks))
                .hostConfig(new SummaryHostConfig(places.mode(c), null))
                .mounts(mountpoints.of(c.spec()))
                .ports(places.ports(c))
                .networkSettings(new SummaryNetworks(places.of(c, minor)))
                .sizeRw(sizes.map(ContainerLayers.Sizes::written).orElse(null))
                .sizeRootFs(sizes.map(ContainerLayers.Sizes::root).orElse(null))
                .build();
    }

    /// Empty for one that goes just now.
    private static Optional<ContainerLayers.Sizes> sizes(Container c, ContainerLayers measured) {
        try {
            return Optional.of(measured.sizes(c.id()));
        } catch (GantryException e) {
            return Optional.empty();
        }
    }

    static String status(Container c, Instant now, Checks checks) {
        return switch (c.state()) {
            case ContainerState.Created _ -> "Created";
            case ContainerState.Running r ->
                "Up " + HumanTime.of(Duration.between(r.since(), now)) + (r.paused() ? " (Paused)" : health(c, checks));
            case ContainerState.Restarting r ->
                "Restarting (" + r.last().code() + ") "
                        + HumanTime.of(Duration.between(r.last().at(), now)) + " ago";
            case ContainerState.Exited e ->
                "Exited (" + e.exit().code() + ") "
                        + HumanTime.of(Duration.between(e.exit().at(), now)) + " ago";
            case ContainerState.Dead _ -> "Dead";
            case ContainerState.Removing _ -> "Removal In Progress";
        };
    }

    private static String health(Container c, Checks checks) {
        return switch (healthWord(c, checks)) {
            case "none" -> "";
            case "starting" -> " (health: starting)";
            case String word -> " (" + word + ")";
        };
    }

    /// `none` without a check, and before the first start.
    private static String healthWord(Container c, Checks checks) {
        return c.spec().health().isSet()
                ? checks.of(c.id()).map(h -> h.status().word()).orElse("none")
                : "none";
    }

    private static String command(Container c) {
        return InspectTranslation.argv(c.spec()).stream()
                .map(word -> word.contains(" ") ? "'" + word + "'" : word)
                .collect(Collectors.joining(" "));
    }

    /// Those that fit, in the order of `all`: newest first. `find` resolves names in `before` and `since`.
    static List<Container> filter(
            List<Container> all, Filters f, boolean everything, Lookup find, Checks checks, ContainerPlaces places) {
        for (String state : f.all("status")) {
            if (!STATES.contains(state)) {
                throw DockerError.badParameter("invalid filter 'status=[" + state + "]'");
            }
        }
        for (String word : f.all("health")) {
            if (!HEALTHS.contains(word)) {
                throw DockerError.badParameter("unrecognised filter value for health: " + word);
            }
        }
        boolean task = f.flag("is-task", false);
        boolean stoppedToo = everything
                || f.has("status")
                || f.has("exited")
                || f.has("before")
                || f.has("since")
                || f.has("name")
                || f.has("id");
        List<Pattern> names =
                f.all("name").stream().map(ListTranslation::pattern).toList();
        List<Container> before = f.all("before").stream().map(find::find).toList();
        List<Container> since = f.all("since").stream().map(find::find).toList();
        List<Container> fitting = new ArrayList<>();
        for (Container c : all) {
            boolean shown = stoppedToo || c.isRunning() || c.state() instanceof ContainerState.Restarting;
            if (shown
                    && !task
                    && fits(c, f, checks, places)
                    && (names.isEmpty() || names.stream().anyMatch(p -> matches(p, c.name())))
                    && before.stream().allMatch(b -> c.created().isBefore(b.created()))
                    && since.stream().allMatch(s -> c.created().isAfter(s.created()))) {
                fitting.add(c);
            }
        }
        return fitting;
    }

    private static boolean fits(Container c, Filters f, Checks checks, ContainerPlaces places) {
        return f.any("id", id -> c.id().hex().startsWith(id))
                && f.any("status", state -> c.state().word().equals(state))
                && f.any(
                        "exited",
                        code -> c.state() instanceof ContainerState.Exited e
                                && Integer.toString(e.exit().code()).equals(code))
                && f.any("ancestor", image -> isAncestor(c, image))
                && f.any(
                        "network",
                        name -> places.of(c, ContainerPlaces.NEWEST).entrySet().stream()
                                .anyMatch(n -> n.getKey().equals(name)
                                        || n.getValue().networkId().startsWith(name)))
                && f.any(
                        "volume",
                        text -> c.spec().binds().stream()
                                        .anyMatch(b -> b.target().equals(text)
                                                || b.source().equals(text))
                                || c.spec().mounts().volumes().stream()
                                        .anyMatch(v -> v.target().equals(text)
                                                || v.name().equals(text)))
                && f.any("health", word -> word.equals(healthWord(c, checks)))
                && f.any("publish", text -> PortFilter.publishes(places.ports(c), text))
                && f.any("expose", text -> PortFilter.exposes(c.spec(), text))
                && f.labels("label", c.spec().labels());
    }

    private static boolean isAncestor(Container c, String image) {
        String asked = image.startsWith("sha256:") ? image.substring(7) : image;
        String id = c.imageId().startsWith("sha256:") ? c.imageId().substring(7) : c.imageId();
        return c.spec().image().equals(image)
                || c.spec().image().equals(image + ":latest")
                || image.equals(c.spec().image() + ":latest")
                || (asked.length() >= 4 && asked.matches("[0-9a-f]+") && id.startsWith(asked));
    }

    /// Matched anywhere in the name, with and without the slash which it has on the wire.
    private static boolean matches(Pattern p, String name) {
        return p.matcher(name).find() || p.matcher("/" + name).find();
    }

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new DockerError(400, "invalid filter 'name=[" + text + "]'", e);
        }
    }
}
