package dev.gantry.docker.volume;

import dev.gantry.api.volume.VolumeCopied;
import dev.gantry.api.volume.VolumeExpanded;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.VolumeCopies;
import dev.gantry.engine.container.VolumeCopies.Copied;
import dev.gantry.volume.Volume;
import dev.gantry.volume.VolumeRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// Our own routes of volumes, which Docker does not have: docs/volumes.md §"By API".
final class CopyRoutes {
    private static final long LONGEST_PAUSE = 5000;

    private final Gantry engine;

    CopyRoutes(Gantry engine) {
        this.engine = engine;
    }

    void addTo(Routes routes) {
        routes.add("POST", "/volumes/{name}/rename", this::rename)
                .add("POST", "/volumes/{name}/expand", this::expand)
                .add("POST", "/volumes/{name}/clone", this::copy)
                .add("POST", "/volumes/{name}/snapshot", this::snapshot)
                .add("POST", "/volumes/{name}/restore", this::restore)
                .add("GET", "/volumes/{name}/backup", this::backup);
    }

    private VolumeCopies copies() {
        return engine.volumeCopies();
    }

    private ApiResponse rename(Call call) {
        return wire(engine.volumes().rename(find(call), needed(call, "to")));
    }

    /// The answer is how large it is then.
    private ApiResponse expand(Call call) {
        long bytes = call.query().number("size", 0);
        if (bytes <= 0) {
            throw DockerError.badParameter("the parameter 'size' is missing: say how many bytes");
        }
        return ApiResponse.json(new VolumeExpanded(engine.volumes().expand(find(call), bytes)));
    }

    private ApiResponse copy(Call call) {
        find(call);
        return wire(copies().copy(call.subject(), needed(call, "to"), pause(call)));
    }

    private ApiResponse snapshot(Call call) {
        find(call);
        return wire(copies().snapshot(call.subject(), needed(call, "to"), pause(call)));
    }

    /// From another volume, or from the tar in the body.
    private ApiResponse restore(Call call) {
        String from = call.query().text("from");
        if (!from.isEmpty()) {
            find(call);
            judge(call, from);
            return wire(copies().restore(call.subject(), from, pause(call)));
        }
        judge(call, call.subject());
        try {
            var to = new VolumeRequest(call.subject(), pairs(call, "label"), pairs(call, "opt"));
            boolean fresh = call.query().flag("new");
            return wire(copies().restore(to, fresh, call.request().body()));
        } catch (IOException e) {
            throw new DockerError(400, "restore volume " + call.subject() + ": " + e.getMessage(), e);
        }
    }

    private ApiResponse backup(Call call) {
        // Before the answer begins: what fails has its own status then.
        VolumeCopies.Backup backup = copies().backup(find(call), pause(call));
        Map<String, String> told = Map.of(
                "Gantry-Paused-Containers", Integer.toString(backup.copied().containers()),
                "Gantry-Pause-Millis", Double.toString(millis(backup.copied())),
                "Gantry-Bytes", Long.toString(backup.bytes()),
                "Gantry-Last-Use", Long.toString(backup.lastUse()));
        return new ApiResponse.Stream(
                "application/x-tar",
                out -> {
                    try (backup) {
                        backup.write(out);
                    }
                },
                told,
                backup::close);
    }

    private String find(Call call) {
        if (engine.volumes().find(call.subject()).isEmpty()) {
            throw new DockerError(404, "get " + call.subject() + ": no such volume");
        }
        judge(call, call.subject());
        return call.subject();
    }

    /// One that is there may be a place of the host.
    private void judge(Call call, String name) {
        engine.volumes()
                .find(name)
                .ifPresent(v -> call.access().judgeVolume("use the files of volume " + name, v.options()));
    }

    private static String needed(Call call, String parameter) {
        String value = call.query().text(parameter);
        if (value.isEmpty()) {
            throw DockerError.badParameter("the parameter '" + parameter + "' is missing: name a volume");
        }
        return value;
    }

    /// Of a parameter that is given once for each `key=value`.
    private static Map<String, String> pairs(Call call, String parameter) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String pair : call.query().all(parameter)) {
            int equals = pair.indexOf('=');
            pairs.put(equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
        }
        return pairs;
    }

    /// In milliseconds.
    private static Duration pause(Call call) {
        return Duration.ofMillis(call.query().number("maxPause", LONGEST_PAUSE));
    }

    private ApiResponse wire(Copied copied) {
        double millis = millis(copied);
        return ApiResponse.json(new VolumeCopied(
                VolumeRoutes.wire(engine.volumes(), copied.volume(), null), copied.containers(), millis));
    }

    private static double millis(Copied copied) {
        return copied.pause().toNanos() / 1e6;
    }

    private ApiResponse wire(Volume volume) {
        return wire(new Copied(volume, 0, Duration.ZERO));
    }
}
