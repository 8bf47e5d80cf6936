package dev.gantry.docker.container;

import dev.gantry.api.container.LogConfig;
import dev.gantry.docker.route.DockerError;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerSpec.LogConfig.Kind;
import java.util.HashMap;
import java.util.Map;

/// `HostConfig.LogConfig` as the engine's. Pure.
final class LogTranslation {
    /// What other drivers are to get is kept in as much, as in dockerd.
    private static final long CACHE_BYTES = 20L << 20;
    private static final int CACHE_FILES = 5;

    private final String driver;
    private final Map<String, String> rest;

    private LogTranslation(LogConfig c) {
        driver = c.type().isEmpty() ? "json-file" : c.type();
        rest = new HashMap<>(c.config());
    }

    static ContainerSpec.LogConfig of(LogConfig c) {
        return new LogTranslation(c).translate();
    }

    private ContainerSpec.LogConfig translate() {
        return switch (driver) {
            case "none" -> {
                // dockerd takes them in silence; these are the words of its client, which does not.
                if (!rest.isEmpty()) {
                    throw DockerError.badParameter("invalid logging opts for driver none");
                }
                yield new ContainerSpec.LogConfig(Kind.NONE, 0, 1, false);
            }
            case "json-file" -> {
                var standard = ContainerSpec.LogConfig.DEFAULT;
                yield files(Kind.JSON_FILE, standard.maxBytes(), standard.maxFiles())
                        .with(rest);
            }
            case "local" -> {
                var files = files(Kind.TEXT, CACHE_BYTES, CACHE_FILES);
                rest.keySet().stream().findFirst().ifPresent(option -> {
                    throw DockerError.badParameter("unknown log opt '" + option + "' for local log driver");
                });
                yield files;
            }
            default -> forwarded();
        };
    }

    private ContainerSpec.LogConfig files(Kind kind, long standardBytes, int standardFiles) {
        boolean blocking = isBlocking();
        String size = rest.remove("max-size");
        String files = rest.remove("max-file");
        boolean compressed = flag("compress");
        return packed(
                compressed,
                new ContainerSpec.LogConfig(
                        kind,
                        size == null ? standardBytes : size.equals("-1") ? 0 : Sizes.parse(size),
                        files == null ? standardFiles : Sizes.count("max-file", files),
                        blocking));
    }

    /// What is to be sent is kept in files until it is, and read there.
    private ContainerSpec.LogConfig forwarded() {
        boolean blocking = isBlocking();
        boolean hidden = flag("cache-disabled");
        String size = rest.remove("cache-max-size");
        String files = rest.remove("cache-max-file");
        boolean compressed = flag("cache-compress");
        return packed(
                compressed,
                new ContainerSpec.LogConfig(
                        Kind.TEXT,
                        size == null ? CACHE_BYTES : Sizes.parse(size),
                        files == null ? CACHE_FILES : Sizes.count("cache-max-file", files),
                        blocking,
                        driver,
                        hidden,
                        rest));
    }

    /// What a watch has taken and not yet written is bounded by itself: the size asked for changes nothing.
    private boolean isBlocking() {
        String mode = rest.remove("mode");
        String buffer = rest.remove("max-buffer-size");
        if (buffer != null) {
            if (!"non-blocking".equals(mode)) {
                throw DockerError.badParameter(
                        "logger: max-buffer-size option is only supported with 'mode=non-blocking'");
            }
            Sizes.parse(buffer);
        }
        return switch (mode == null ? "" : mode) {
            case "blocking" -> true;
            case "", "non-blocking" -> false;
            default -> throw DockerError.badParameter("logger: logging mode not supported: " + mode);
        };
    }

    private static ContainerSpec.LogConfig packed(boolean asked, ContainerSpec.LogConfig files) {
        if (asked && (files.maxFiles() < 2 || files.maxBytes() == 0)) {
            throw DockerError.badParameter(
                    "compress cannot be true when max-file is less than 2 or max-size is not set");
        }
        return files.compressed(asked);
    }

    private boolean flag(String option) {
        String value = rest.remove(option);
        return switch (value == null ? "false" : value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default ->
                throw DockerError.badParameter("invalid value for the log option " + option + ": \"" + value + "\"");
        };
    }
}
