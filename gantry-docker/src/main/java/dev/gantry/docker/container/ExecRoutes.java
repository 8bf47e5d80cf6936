package dev.gantry.docker.container;

import dev.gantry.api.container.ExecConfig;
import dev.gantry.api.container.ExecCreated;
import dev.gantry.api.container.ExecInspect;
import dev.gantry.api.container.ExecStart;
import dev.gantry.api.container.ProcessConfig;
import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.docker.ApiResponse;
import dev.gantry.docker.route.Call;
import dev.gantry.docker.route.DockerError;
import dev.gantry.docker.route.Failures;
import dev.gantry.docker.route.Routes;
import dev.gantry.engine.container.AttachRequest;
import dev.gantry.engine.container.Attachment;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.Containers;
import dev.gantry.engine.exec.Exec;
import dev.gantry.engine.exec.ExecSpec;
import dev.gantry.engine.exec.Execs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Further processes in a running container.
public final class ExecRoutes {
    /// How long the end of the output may come before the end of the process.
    private static final Duration SETTLE = Duration.ofSeconds(2);

    private final Containers containers;
    private final Execs execs;
    private final Lookup lookup;

    public ExecRoutes(Containers containers, Execs execs) {
        this.containers = containers;
        this.execs = execs;
        this.lookup = new Lookup(containers);
    }

    public void addTo(Routes routes) {
        routes.add("POST", "/containers/{id}/exec", this::create)
                .add("POST", "/exec/{id}/start", this::start)
                .add("POST", "/exec/{id}/resize", this::resize)
                .add("GET", "/exec/{id}/json", this::inspect);
    }

    private ApiResponse create(Call call) {
        ExecConfig config = call.body(ExecConfig.class);
        List<String> args = CreateTranslation.list(config.cmd());
        if (args.isEmpty()) {
            throw DockerError.badParameter("No exec command specified");
        }
        DetachKeys.parse(config.detachKeys());
        Container c = lookup.find(call.subject());
        if (!c.isRunning()) {
            throw Lookup.notRunning(c);
        }
        if (c.isPaused()) {
            throw Lookup.paused(call.subject(), "exec");
        }
        ExecSpec spec = new ExecSpec(
                args,
                CreateTranslation.list(config.env()),
                config.user(),
                config.workingDir(),
                config.tty(),
                config.attachStdin(),
                config.privileged(),
                ExecNotes.write(config));
        call.access().judge(spec);
        try {
            return ApiResponse.json(
                    201, new ExecCreated(execs.create(c.id(), spec).id().hex()));
        } catch (Conflict e) {
            throw new DockerError(409, "container " + c.id().hex() + " is not running", e);
        }
    }

    private Exec find(String id) {
        try {
            return execs.find(id);
        } catch (NotFound | InvalidArgument e) {
            throw new DockerError(404, "No such exec instance: " + id, e);
        }
    }

    private ApiResponse start(Call call) {
        ExecStart how = call.bodyOr(ExecStart.class, new ExecStart(false, false, null));
        Exec exec = find(call.subject());
        // Another may have made it, with rights which this caller may not use.
        call.access().judge(exec.spec());
        switch (exec.state()) {
            case Exec.State.Created _ -> {}
            case Exec.State.Running _ ->
                throw new DockerError(409, "exec command " + call.subject() + " is already running");
            case Exec.State.Exited _ ->
                throw new DockerError(409, "exec command " + call.subject() + " has already run");
        }
        if (containers.get(exec.container()).filter(Container::isPaused).isPresent()) {
            throw Lookup.paused(exec.container().hex(), "exec");
        }
        TerminalSize size = size(how);
        if (how.detach()) {
            try {
                execs.startDetached(exec.id(), size.rows(), size.columns());
            } catch (GantryException e) {
                throw words(exec, e);
            }
            return new ApiResponse.Empty(200);
        }
        ExecConfig config = ExecNotes.read(exec);
        DetachKeys keys = DetachKeys.parse(config.detachKeys());
        AttachRequest streams =
                new AttachRequest(config.attachStdin(), config.attachStdout(), config.attachStderr(), true, false);
        return new ApiResponse.Hijack(
                StreamRoutes.contentType(call, exec.spec().tty()),
                () -> {
                    // Before the answer begins: who has it may ask at once whether it runs, and resize its terminal.
                    try {
                        Attachment attachment = execs.start(exec.id(), streams, size.rows(), size.columns());
                        return connection -> join(exec, attachment, keys, connection);
                    } catch (GantryException e) {
                        return connection -> tell(connection, exec, words(exec, e));
                    }
                },
                () -> {});
    }

    private void join(Exec exec, Attachment attachment, DetachKeys keys, ApiResponse.Duplex connection)
            throws IOException {
        Attachment.Reason end =
                Takeover.join(attachment, connection, attachment.tty() ? keys : null, !attachment.tty());
        if (end == Attachment.Reason.DONE) {
            // The client asks for the exit code as soon as the connection ends.
            execs.await(exec.id(), SETTLE);
        }
    }

    private static RuntimeException words(Exec exec, GantryException e) {
        return StartFailure.ofExec(e, exec.spec().args(), exec.spec().workingDir());
    }

    /// The connection is taken over already, so the words go where the output would have gone.
    private static void tell(ApiResponse.Duplex connection, Exec exec, RuntimeException failure) throws IOException {
        byte[] line = (Failures.words(failure) + "\r\n").getBytes(StandardCharsets.UTF_8);
        new StdCopy(connection.output(), exec.spec().tty()).write(StdCopy.STDOUT, line, 0, line.length);
        connection.output().flush();
    }

    private static TerminalSize size(ExecStart how) {
        List<Integer> size = how.consoleSize();
        return size != null && size.size() == 2
                ? new TerminalSize(size.getFirst(), size.getLast())
                : new TerminalSize(0, 0);
    }

    private ApiResponse resize(Call call) {
        TerminalSize size = TerminalSize.of(call.query());
        Exec exec = find(call.subject());
        if (!(exec.state() instanceof Exec.State.Running)) {
            throw new DockerError(409, "exec " + call.subject() + " is not running");
        }
        execs.resize(exec.id(), size.rows(), size.columns());
        return new ApiResponse.Empty(200);
    }

    private ApiResponse inspect(Call call) {
        Exec exec = find(call.subject());
        ExecConfig config = ExecNotes.read(exec);
        List<String> args = exec.spec().args();
        return ApiResponse.json(new ExecInspect(
                exec.id().hex(),
                exec.state() instanceof Exec.State.Running,
                exitCode(exec),
                new ProcessConfig(
                        exec.spec().tty(),
                        args.getFirst(),
                        args.subList(1, args.size()),
                        exec.spec().privileged(),
                        exec.spec().user().isEmpty() ? null : exec.spec().user()),
                config.attachStdin(),
                config.attachStderr(),
                config.attachStdout(),
                exec.state() instanceof Exec.State.Exited,
                exec.container().hex(),
                config.detachKeys(),
                pid(exec)));
    }

    private static @Nullable Integer exitCode(Exec exec) {
        return exec.state() instanceof Exec.State.Exited e ? e.code() : null;
    }

    private static int pid(Exec exec) {
        return switch (exec.state()) {
            case Exec.State.Created _ -> 0;
            case Exec.State.Running r -> r.pid();
            case Exec.State.Exited e -> e.pid();
        };
    }
}
