package dev.gantry.docker.container;

import dev.gantry.api.container.CheckpointCreate;
import dev.gantry.api.container.CheckpointSummary;
import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.NotFound;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.container.StartOutcome;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/// Saved processes of containers, for engines that are experimental, as dockerd has them.
public final class CheckpointRoutes {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]+");

    private final Containers containers;
    private final Lookup lookup;
    private final BooleanSupplier experimental;

    public CheckpointRoutes(Containers containers, BooleanSupplier experimental) {
        this.containers = containers;
        this.lookup = new Lookup(containers);
        this.experimental = experimental;
    }

    public void addTo(Routes routes) {
        routes.add("GET", "/containers/{id}/checkpoints", this::list)
                .add("POST", "/containers/{id}/checkpoints", this::create)
                .add("DELETE", "/containers/{id}/checkpoints/{checkpoint}", this::delete);
    }

    private ApiResponse list(Call call) {
        refuseUnlessExperimental();
        Container c = lookup.find(call.subject());
        List<CheckpointSummary> all = containers
                .checkpoints(c.id(), place(call, call.query().text("dir")))
                .stream()
                .map(CheckpointSummary::new)
                .toList();
        return ApiResponse.json(all);
    }

    private ApiResponse create(Call call) {
        refuseUnlessExperimental();
        call.access().judgeCheckpoint("save container " + call.subject());
        CheckpointCreate asked = call.body(CheckpointCreate.class);
        Container c = lookup.find(call.subject());
        if (!c.isRunning()) {
            throw Lookup.notRunning(c);
        }
        if (!NAME.matcher(asked.checkpointId()).matches()) {
            throw new DockerError(
                    500,
                    "Invalid checkpoint ID (" + asked.checkpointId() + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        try {
            containers.checkpoint(c.id(), asked.checkpointId(), place(call, asked.checkpointDir()), !asked.exit());
        } catch (Conflict taken) {
            throw new DockerError(500, "cannot checkpoint container " + call.subject() + ": " + taken.why(), taken);
        }
        return new ApiResponse.Empty(201);
    }

    private ApiResponse delete(Call call) {
        refuseUnlessExperimental();
        Container c = lookup.find(call.subject());
        String path = call.request().path();
        String name = URLDecoder.decode(path.substring(path.lastIndexOf('/') + 1), StandardCharsets.UTF_8);
        Optional<Path> place = place(call, call.query().text("dir"));
        try {
            if (!NAME.matcher(name).matches()) {
                throw absent(name, call.subject());
            }
            containers.removeCheckpoint(c.id(), name, place);
        } catch (NotFound e) {
            throw absent(name, call.subject());
        }
        return ApiResponse.noContent();
    }

    /// A start that asks for a checkpoint.
    StartOutcome start(Call call, Container c) {
        if (!experimental.getAsBoolean()) {
            throw DockerError.badParameter("checkpoint is only supported in experimental mode");
        }
        call.access().judgeCheckpoint("start container " + call.subject() + " from a checkpoint");
        String name = call.query().text("checkpoint");
        try {
            if (!NAME.matcher(name).matches()) {
                throw absent(name, call.subject());
            }
            return containers.start(c.id(), name, place(call, call.query().text("checkpoint-dir")));
        } catch (NotFound e) {
            throw absent(name, call.subject());
        } catch (GantryException e) {
            throw StartFailure.ofStart(e, InspectTranslation.argv(c.spec()), "");
        }
    }

    /// The status is dockerd's.
    private static DockerError absent(String name, String container) {
        return new DockerError(500, "checkpoint " + name + " does not exist for container " + container);
    }

    /// A directory of the host, which only who may do everything may name.
    private static Optional<Path> place(Call call, String directory) {
        if (directory.isEmpty()) {
            return Optional.empty();
        }
        call.access().judgeCheckpoint("use the checkpoint directory " + directory);
        if (!directory.startsWith("/") || directory.indexOf('\0') >= 0) {
            throw DockerError.badParameter("the checkpoint directory " + directory + " is not an absolute path");
        }
        return Optional.of(Path.of(directory));
    }

    /// The words of a dockerd that is not experimental, which is how it comes.
    private void refuseUnlessExperimental() {
        if (!experimental.getAsBoolean()) {
            throw new DockerError(
                    501,
                    "This experimental feature is disabled by default."
                            + " Start the Docker daemon in experimental mode in order to enable it.");
        }
    }
}
