package dev.gantry.engine.plugin.log;

import dev.gantry.base.GantryException;
import dev.gantry.engine.log.LogDriver;
import dev.gantry.engine.log.LogQuery;
import dev.gantry.engine.log.LogSink;
import dev.gantry.engine.log.LogSource;
import dev.gantry.engine.log.LogStream;
import dev.gantry.engine.plugin.PluginClient;
import dev.gantry.engine.plugin.PluginKind;
import dev.gantry.engine.plugin.PluginPlaces;
import dev.gantry.engine.plugin.Plugins;
import dev.gantry.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// A log driver that is a plugin, looked up anew for each container.
final class PluginLogDriver implements LogDriver {
    /// A call about one container.
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// Go's zero time: no bound.
    private static final String NO_TIME = "0001-01-01T00:00:00Z";

    private final Linux linux;
    private final Plugins plugins;
    private final String name;
    private final Path pipes;

    PluginLogDriver(Linux linux, Plugins plugins, String name, Path pipes) {
        this.linux = linux;
        this.plugins = plugins;
        this.name = name;
        this.pipes = pipes;
    }

    private PluginClient client() {
        return plugins.get(name, PluginKind.LOG);
    }

    /// The protocol has no call for it: the plugin says what it does not know when a container starts.
    @Override
    public void check(Map<String, String> options) {
        client();
    }

    @Override
    public LogSink open(LogSource source) throws IOException {
        try {
            return open(client(), source);
        } catch (GantryException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private LogSink open(PluginClient client, LogSource source) throws IOException {
        String what = "log of container " + source.name();
        String pipe = source.id().hex() + "-" + UUID.randomUUID();
        Path host = client.places().map(PluginPlaces::logging).orElse(pipes);
        Path inside = client.places().isPresent() ? PluginPlaces.LOGGING : pipes;
        String file = inside.resolve(pipe).toString();
        Files.createDirectories(host);
        LogPipe made = LogPipe.in(linux, host.toString(), pipe);
        try {
            client.call(what, "LogDriver.StartLogging", Map.of("File", file, "Info", info(source)), PATIENCE);
        } catch (RuntimeException e) {
            made.close();
            throw e;
        }
        return new PluginLogSink(
                made, () -> client.call(what, "LogDriver.StopLogging", Map.of("File", file), PATIENCE));
    }

    @Override
    public Optional<LogStream> read(LogSource source, LogQuery query) {
        PluginClient client = client();
        String what = "read the log of container " + source.name();
        if (!client.call(what, "LogDriver.Capabilities", PATIENCE).object("Cap").flag("ReadLogs")) {
            return Optional.empty();
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("Since", time(query.since(), Instant.MIN));
        config.put("Until", time(query.until(), Instant.MAX));
        config.put("Tail", query.tail());
        config.put("Follow", query.follow());
        Map<String, ?> request = Map.of("Config", config, "Info", info(source));
        return Optional.of(
                new PluginLogStream(what, client.stream(what, "LogDriver.ReadLogs", request, PATIENCE), query));
    }

    private static String time(Instant time, Instant unbound) {
        return time.equals(unbound)
                ? NO_TIME
                : time.truncatedTo(ChronoUnit.NANOS).toString();
    }

    /// What dockerd tells, under its names.
    private static Map<String, Object> info(LogSource source) {
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("Config", source.options());
        info.put("ContainerID", source.id().hex());
        info.put("ContainerName", "/" + source.name());
        info.put(
                "ContainerEntrypoint",
                source.command().isEmpty() ? "" : source.command().getFirst());
        info.put("ContainerArgs", source.command().stream().skip(1).toList());
        info.put("ContainerImageID", source.imageId());
        info.put("ContainerImageName", source.image());
        info.put("ContainerCreated", source.created().toString());
        info.put("ContainerEnv", source.env());
        info.put("ContainerLabels", source.labels());
        info.put("LogPath", "");
        info.put("DaemonName", "gantry");
        return info;
    }
}
