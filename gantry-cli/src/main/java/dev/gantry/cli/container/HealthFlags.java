package dev.gantry.cli.container;

import dev.gantry.api.container.HealthConfig;
import dev.gantry.cli.flag.Parsed;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How a container's health is checked, from the flags of `run`.
final class HealthFlags {
    private HealthFlags() {}

    /// Null when nothing is said, and the image's check holds.
    static @Nullable HealthConfig of(Parsed args) {
        boolean given = Stream.of("cmd", "interval", "retries", "start-interval", "start-period", "timeout")
                .anyMatch(f -> args.isGiven("health-" + f));
        if (args.on("no-healthcheck")) {
            if (given) {
                throw args.wrong("--no-healthcheck excludes the --health- flags");
            }
            return new HealthConfig(List.of("NONE"), 0, 0, 0, 0, 0);
        }
        if (!given) {
            return null;
        }
        String command = args.text("health-cmd");
        return new HealthConfig(
                command.isEmpty() ? null : List.of("CMD-SHELL", command),
                args.duration("health-interval"),
                args.duration("health-timeout"),
                args.duration("health-start-period"),
                args.duration("health-start-interval"),
                args.number("health-retries").map(Long::intValue).orElse(0));
    }
}
