package dev.gantry.docker.system;

import dev.gantry.api.event.Actor;
import dev.gantry.api.json.Wire;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.access.Access;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.Filters;
import dev.gantry.docker.route.Routes;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.Events;
import dev.gantry.engine.observe.Measures;
import dev.gantry.images.image.Layers;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// The stream of events: those that were, from `since` on, and those that come, to `until`.
public final class EventRoutes {
    private static final Set<String> FILTERS = Set.of(
            "config",
            "container",
            "daemon",
            "event",
            "image",
            "label",
            "network",
            "node",
            "plugin",
            "scope",
            "secret",
            "service",
            "type",
            "volume");
    private static final Duration STEP = Duration.ofHours(1);
    private static final int BATCH = 256;

    private final Events events;
    private final Containers containers;
    private final Measures measures;
    private final Clock clock;

    public EventRoutes(Events events, Containers containers, Measures measures, Clock clock) {
        this.measures = measures;
        this.events = events;
        this.containers = containers;
        this.clock = clock;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/events", this::events);
    }

    private ApiResponse events(Call call) {
        Filters filters = Filters.of(call.query(), FILTERS);
        Instant now = clock.instant();
        String since = call.query().text("since");
        String until = call.query().text("until");
        long begin = since.isEmpty() ? events.last() : events.before(Times.parse(since, now));
        Instant end = until.isEmpty() ? Instant.MAX : Times.parse(until, now);
        return new ApiResponse.Stream(ApiResponse.JSON, out -> {
            try (var _ = measures.subscribed()) {
                write(out, begin, end, filters, seen(call.access()));
            }
        });
    }

    /// Of a caller who sees some containers only, their events, as long as they are known to be his.
    private Predicate<Event> seen(Access access) {
        if (access.seesAll()) {
            return e -> e.kind() != Event.Kind.CONTAINER || !ofStep(e);
        }
        Set<String> own = new HashSet<>();
        containers.list().stream().filter(access::sees).forEach(c -> own.add(c.id().hex()));
        return e -> {
            if (e.kind() != Event.Kind.CONTAINER) {
                return false;
            }
            if (!own.contains(e.subject()) && isSeen(e.subject(), access)) {
                own.add(e.subject());
            }
            return own.contains(e.subject());
        };
    }

    /// Of a step of a build, which is nobody's container.
    private static boolean ofStep(Event e) {
        return Layers.isLent(e.attributes().getOrDefault("image", ""));
    }

    private boolean isSeen(String id, Access access) {
        try {
            return access.sees(containers.find(id));
        } catch (NotFound | InvalidArgument gone) {
            return false;
        }
    }

    private void write(OutputStream out, long begin, Instant end, Filters filters, Predicate<Event> seen)
            throws IOException {
        long sequence = begin;
        while (true) {
            List<Event> next = events.after(sequence, BATCH);
            for (Event e : next) {
                sequence = e.sequence();
                if (e.time().isAfter(end)) {
                    return;
                }
                if (fits(e, filters) && seen.test(e)) {
                    out.write(Wire.json().toJsonBytes(wire(e)));
                    out.write('\n');
                }
            }
            out.flush();
            if (!next.isEmpty()) {
                continue;
            }
            Duration left = left(end);
            if (left.isNegative() || left.isZero()) {
                return;
            }
            boolean more = events.await(sequence, left.compareTo(STEP) < 0 ? left : STEP);
            if (!more && Thread.currentThread().isInterrupted()) {
                throw new IOException("the client has left");
            }
        }
    }

    private Duration left(Instant end) {
        return end.equals(Instant.MAX) ? STEP : Duration.between(clock.instant(), end);
    }

    static dev.gantry.api.event.Event wire(Event e) {
        boolean container = e.kind() == Event.Kind.CONTAINER;
        boolean thing = container || e.kind() == Event.Kind.IMAGE;
        return new dev.gantry.api.event.Event(
                thing ? e.action() : null,
                thing ? e.subject() : null,
                container ? e.attributes().get("image") : null,
                e.kind().word(),
                e.action(),
                new Actor(e.subject(), e.attributes()),
                "local",
                e.time().getEpochSecond(),
                e.time().getEpochSecond() * 1_000_000_000L + e.time().getNano());
    }

    private static boolean fits(Event e, Filters f) {
        Map<String, String> attributes = e.attributes();
        String name = attributes.getOrDefault("name", "");
        return f.any("type", type -> type.equals(e.kind().word()))
                && f.any("scope", scope -> scope.equals("local"))
                && f.any("event", action -> isAction(e.action(), action))
                && f.any("container", c -> e.kind() == Event.Kind.CONTAINER && names(c, e.subject(), name))
                && f.any("daemon", d -> e.kind() == Event.Kind.DAEMON && names(d, e.subject(), name))
                && f.any("image", image -> isImage(e, image))
                && f.any(
                        "volume",
                        v -> e.kind() == Event.Kind.VOLUME && e.subject().equals(v))
                && f.any("network", n -> e.kind() == Event.Kind.NETWORK && names(n, e.subject(), name))
                && f.any("plugin", p -> e.kind() == Event.Kind.PLUGIN && names(p, e.subject(), name))
                && f.labels("label", attributes)
                && List.of("config", "node", "secret", "service").stream().noneMatch(f::has);
    }

    /// `exec_create` also means `exec_create: true`, and so do all actions that carry words of their own.
    private static boolean isAction(String action, String asked) {
        return action.equals(asked) || action.startsWith(asked + ":");
    }

    private static boolean names(String asked, String subject, String name) {
        return name.equals(asked) || subject.startsWith(asked);
    }

    private static boolean isImage(Event e, String asked) {
        String image = e.kind() == Event.Kind.IMAGE
                ? e.attributes().getOrDefault("name", e.subject())
                : e.attributes().getOrDefault("image", "");
        return image.equals(asked)
                || image.equals(asked + ":latest")
                || image.startsWith(asked + ":")
                || (e.kind() == Event.Kind.IMAGE && e.subject().startsWith(asked));
    }
}
