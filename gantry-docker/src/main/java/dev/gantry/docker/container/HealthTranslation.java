package dev.gantry.docker.container;

import dev.gantry.api.container.HealthConfig;
import dev.gantry.api.container.HealthcheckResult;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Times;
import dev.gantry.engine.container.HealthSpec;
import dev.gantry.engine.health.Health;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Checks of health between the wire and the engine. Pure.
final class HealthTranslation {
    private static final long LEAST_NANOS = 1_000_000;

    private HealthTranslation() {}

    static HealthSpec spec(@Nullable HealthConfig h) {
        if (h == null) {
            return HealthSpec.NONE;
        }
        atLeast("Interval", h.interval());
        atLeast("Timeout", h.timeout());
        if (h.retries() < 0) {
            throw DockerError.badParameter("Retries in Healthcheck cannot be negative");
        }
        atLeast("StartPeriod", h.startPeriod());
        atLeast("StartInterval", h.startInterval());
        List<String> test = h.test() == null ? List.of() : h.test();
        if (!test.isEmpty() && !List.of("NONE", "CMD", "CMD-SHELL", "").contains(test.getFirst())) {
            throw DockerError.badParameter("unknown healthcheck type '" + test.getFirst() + "' (expected 'CMD')");
        }
        return new HealthSpec(test, h.interval(), h.timeout(), h.startPeriod(), h.startInterval(), h.retries());
    }

    private static void atLeast(String name, long nanos) {
        if (nanos != 0 && nanos < LEAST_NANOS) {
            throw DockerError.badParameter(name + " in Healthcheck cannot be less than 1ms");
        }
    }

    /// As it holds, with what the image said.
    static @Nullable HealthConfig config(HealthSpec h) {
        return h.equals(HealthSpec.NONE)
                ? null
                : new HealthConfig(
                        h.test().isEmpty() ? null : h.test(),
                        h.intervalNanos(),
                        h.timeoutNanos(),
                        h.startPeriodNanos(),
                        h.startIntervalNanos(),
                        h.retries());
    }

    static dev.gantry.api.container.Health health(Health h) {
        return new dev.gantry.api.container.Health(
                h.status().word(),
                h.failures(),
                h.log().stream()
                        .map(r ->
                                new HealthcheckResult(Times.nano(r.start()), Times.nano(r.end()), r.code(), r.output()))
                        .toList());
    }
}
