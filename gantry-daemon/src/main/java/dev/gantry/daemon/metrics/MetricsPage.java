package dev.gantry.daemon.metrics;

import dev.gantry.api.system.ErrorMessage;
import dev.gantry.docker.ApiHandler;
import dev.gantry.docker.ApiRequest;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.system.HostFacts;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.observe.Action;
import dev.gantry.engine.observe.Measures;
import dev.gantry.engine.observe.Phase;
import dev.gantry.engine.observe.Timer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// `GET /metrics`, and nothing else. The names are dockerd's where it counts the same.
public final class MetricsPage implements ApiHandler {
    private final Gantry engine;
    private final HostFacts host;
    private final long firstEvent;

    public MetricsPage(Gantry engine, HostFacts host) {
        this.engine = engine;
        this.host = host;
        this.firstEvent = engine.events().last();
    }

    @Override
    public ApiResponse handle(ApiRequest request) {
        if (!request.path().equals("/metrics")) {
            return ApiResponse.json(404, new ErrorMessage("page not found: there is /metrics only"));
        }
        if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
            return ApiResponse.json(405, new ErrorMessage("metrics are read with GET"));
        }
        return new ApiResponse.Bytes(
                200, MetricsText.TYPE, text().toString().getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private MetricsText text() {
        var text = new MetricsText();
        containers(text);
        facts(text);
        things(text);
        OwnProcess.addTo(text);
        return text;
    }

    private void containers(MetricsText text) {
        Measures measures = engine.measures();
        List<Container> all = engine.containers().list();
        int alive = (int) all.stream().filter(Container::isRunning).count();
        int paused = (int) all.stream().filter(Container::isPaused).count();
        Map<String, Integer> states =
                new TreeMap<>(Map.of("paused", paused, "running", alive - paused, "stopped", all.size() - alive));
        Map<String, Timer> actions = new TreeMap<>();
        for (Action action : Action.values()) {
            actions.put(action.word(), measures.of(action));
        }
        Map<String, Timer> phases = new TreeMap<>();
        for (Phase phase : Phase.values()) {
            phases.put(phase.word(), measures.of(phase));
        }
        text.timers(
                        "engine_daemon_container_actions_seconds",
                        "How long each container action took that succeeded",
                        "action",
                        actions)
                .counter(
                        "gantry_container_actions_failed_total",
                        "How many container actions failed",
                        measures.failedActions())
                .timers("gantry_container_start_phase_seconds", "How long the parts of starts took", "phase", phases)
                .gauges(
                        "engine_daemon_container_states_containers",
                        "How many containers there are in each state",
                        "state",
                        states)
                .counter("engine_daemon_health_checks_total", "How many health checks were run", measures.checks())
                .counter(
                        "engine_daemon_health_checks_failed_total",
                        "How many health checks failed",
                        measures.failedChecks())
                .counter("engine_daemon_events_total", "How many events there were", newest() - firstEvent)
                .gauge(
                        "engine_daemon_events_subscribers_total",
                        "How many clients listen to events",
                        measures.subscribers());
    }

    private long newest() {
        return engine.events().last();
    }

    private void facts(MetricsText text) {
        Map<String, String> labels = new TreeMap<>();
        labels.put("architecture", host.machine());
        labels.put("commit", "");
        labels.put("daemon_id", host.daemonId(engine.options().dataRoot()));
        labels.put("graphdriver", engine.storage().driver().word());
        labels.put("kernel", host.kernel());
        labels.put("os", host.osName());
        labels.put("os_type", "linux");
        labels.put("os_version", host.osVersion());
        labels.put("version", host.version());
        text.facts("engine_daemon_engine_info", "What this engine is and where it runs", labels)
                .gauge("engine_daemon_engine_cpus_cpus", "How many processors the host has", host.processors())
                .gauge("engine_daemon_engine_memory_bytes", "How much memory the host has", host.memoryBytes());
    }

    private void things(MetricsText text) {
        text.gauge(
                        "gantry_images",
                        "How many images there are",
                        engine.images().list().size())
                .gauge(
                        "gantry_networks",
                        "How many networks there are",
                        engine.networks().list().size())
                .gauge(
                        "gantry_volumes",
                        "How many volumes there are",
                        engine.volumes().list().size());
    }
}
