package dev.gantry.build.work;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.base.Unsupported;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.Mount;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.solve.Asked;
import dev.gantry.build.solve.Result;
import dev.gantry.build.solve.StepFailed;
import dev.gantry.build.solve.Work;
import dev.gantry.engine.Gantry;
import dev.gantry.engine.container.AttachRequest;
import dev.gantry.engine.container.Attachment;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.ExitWait;
import dev.gantry.engine.container.SpecBuilder;
import dev.gantry.engine.container.WaitCondition;
import dev.gantry.images.image.Layers;
import dev.gantry.images.snapshot.RootFs;
import dev.gantry.linux.Fd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Programs of a build, each as a container of this engine, whose written files become a layer.
public final class ExecWork {
    private static final Logger LOG = LoggerFactory.getLogger(ExecWork.class);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final Gantry engine;
    private final Roots roots;
    private final CacheMounts caches;
    private final Path secrets;
    private final RandomGenerator random;
    private final Supplier<ContainerSpec> usual;

    /// @param usual a container that asks for nothing, as this engine makes it now
    ExecWork(
            Gantry engine,
            Roots roots,
            CacheMounts caches,
            Path secrets,
            RandomGenerator random,
            Supplier<ContainerSpec> usual) {
        this.engine = engine;
        this.roots = roots;
        this.caches = caches;
        this.secrets = secrets;
        this.random = random;
        this.usual = usual;
    }

    /// Values of variables that do not count are left out.
    static Digest key(Op.Exec exec, List<Result> inputs) {
        Op.Process p = exec.process();
        var counted = new Op.Process(
                p.arguments(),
                p.environment().stream()
                        .filter(v -> !p.hidden().contains(v.split("=", 2)[0]))
                        .toList(),
                List.of(),
                p.workingDirectory(),
                p.user(),
                p.hostname(),
                p.hosts(),
                List.of());
        var op = new Op.Exec(counted, exec.mounts(), exec.secrets(), exec.network(), exec.insecure(), exec.devices());
        StringBuilder text = new StringBuilder("exec ").append(op.digest());
        inputs.forEach(input -> text.append('\n').append(input.identity()));
        return Digest.sha256Of(text.toString());
    }

    List<Result.Root> run(
            Vertex vertex, Op.Exec exec, List<Result.Root> inputs, Asked asked, Roots.Check check, Work.Means means)
            throws InterruptedException {
        check(exec);
        if (!(exec.mounts().getFirst() instanceof Mount.Tree first)) {
            throw new Unsupported("run " + vertex, "its root is no tree", "mount a tree at /");
        }
        Result.Root root = first.input().isPresent() ? inputs.get(first.input().getAsInt()) : Result.Root.EMPTY;
        Layers layers = engine.images().layers();
        String name = layers.lend(root.layers());
        try (var mounts = new ExecMounts(roots, engine.images(), caches, secrets, random)) {
            mounts.wait(exec.mounts(), inputs, means.turns());
            SpecBuilder spec = spec(name, exec, asked);
            for (Mount mount : exec.mounts().subList(1, exec.mounts().size())) {
                mounts.add(mount, inputs, asked, spec);
            }
            if (!mounts.variables().isEmpty()) {
                List<String> environment = new ArrayList<>(exec.process().environment());
                environment.addAll(mounts.variables());
                spec.env(environment);
            }
            List<String> stubs = mounts.places().isEmpty() ? List.of() : stubs(root, mounts.places());
            ContainerId id = engine.containers().create("", spec.build()).id();
            try {
                var step = new Step(id, root, stubs, variables(exec, asked), check);
                return completed(vertex, exec, first, step, means);
            } finally {
                remove(id);
            }
        } finally {
            layers.takeBack(name);
        }
    }

    private List<String> stubs(Result.Root root, List<String> places) {
        try (SourceTree tree = roots.open(root)) {
            return Stubs.missing(tree, places);
        }
    }

    private static void check(Op.Exec exec) {
        if (exec.insecure()) {
            throw new Unsupported(
                    "run a step with all rights", "builds have none but those of a container", "leave out --security");
        }
        if (!exec.devices().isEmpty()) {
            throw new Unsupported("give devices to a step", "builds have none yet", "leave out --device");
        }
    }

    private SpecBuilder spec(String image, Op.Exec exec, Asked asked) throws InterruptedException {
        Op.Process p = exec.process();
        ContainerSpec like = usual.get();
        SpecBuilder spec = ContainerSpec.of(image)
                .args(p.arguments())
                .env(p.environment())
                .user(p.user())
                .workingDir(p.workingDirectory())
                .hostname(p.hostname())
                .log(new ContainerSpec.LogConfig(ContainerSpec.LogConfig.Kind.NONE, 0, 0, false))
                .names(new ContainerSpec.Names(
                        p.hosts(),
                        like.names().dns(),
                        like.names().dnsSearch(),
                        like.names().dnsOptions()))
                .security(like.security())
                .init(like.init())
                .resources(ExecLimits.of(p.limits(), like.resources()))
                .network(
                        switch (exec.network()) {
                            case SANDBOX -> ContainerSpec.Network.DEFAULT;
                            case HOST -> ContainerSpec.Network.HOST;
                            case NONE -> ContainerSpec.Network.NONE;
                        });
        return spec;
    }

    private static List<String> variables(Op.Exec exec, Asked asked) throws InterruptedException {
        List<String> variables = new ArrayList<>();
        for (Op.SecretVariable secret : exec.secrets()) {
            Optional<byte[]> value = asked.lent().secret(secret.id());
            if (value.isPresent()) {
                String text = new String(value.get(), StandardCharsets.UTF_8);
                if (text.indexOf('\0') >= 0) {
                    throw new InvalidArgument(
                            "give the secret " + secret.id() + " to a step",
                            "a variable has no byte of value 0",
                            "mount it as a file");
                }
                variables.add(secret.name() + "=" + text);
            } else if (secret.required()) {
                throw new NotFound(
                        "give the secret " + secret.id() + " to a step",
                        "whoever asked for the build has given none of that name",
                        "give it with the build, or write required=false");
            }
        }
        return variables;
    }

    /// One that was made and is to run.
    ///
    /// @param stubs places of mounts that are missing in its root
    /// @param variables of its environment that are kept nowhere
    private record Step(
            ContainerId id, Result.Root root, List<String> stubs, List<String> variables, Roots.Check check) {}

    private List<Result.Root> completed(Vertex vertex, Op.Exec exec, Mount.Tree first, Step step, Work.Means means)
            throws InterruptedException {
        Instant since = Instant.now().minusSeconds(1);
        Exit exit = ended(step, means.told());
        if (exit.code() != 0) {
            String words =
                    exit.oomKilled() ? " (out of memory)" : exit.words().isEmpty() ? "" : " (" + exit.words() + ")";
            throw new StepFailed(vertex, String.join(" ", exec.process().arguments()), exit.code(), words);
        }
        if (first.result().isEmpty()) {
            return List.of();
        }
        RootFs files = engine.roots()
                .settled(step.id())
                .orElseThrow(() -> new Unavailable(
                        "keep what a step has written", "it is still on its way to the disk", "build again"));
        if (!step.stubs().isEmpty()) {
            try (Fd written = roots.linux().files().openDirectory(files.own().toString())) {
                Stubs.remove(roots.linux(), written, step.stubs());
            }
        }
        step.check().of(files);
        return List.of(roots.kept(step.id(), step.root(), since, means.hold()));
    }

    private Exit ended(Step step, Work.Told told) throws InterruptedException {
        ContainerId id = step.id();
        ExitWait wait = engine.containers().expect(id, WaitCondition.NEXT_EXIT);
        try (Attachment attachment = engine.containers().attach(id, AttachRequest.OUTPUT)) {
            Thread pump = Thread.ofVirtual().start(() -> pump(attachment, told));
            engine.containers().start(id, step.variables());
            Optional<Exit> exit = Optional.empty();
            while (exit.isEmpty()) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("the build was cancelled");
                }
                exit = wait.within(LOOK);
            }
            pump.join(Duration.ofSeconds(30));
            return exit.get();
        }
    }

    private static void pump(Attachment attachment, Work.Told told) {
        try {
            attachment.pump(new Attachment.Sink() {
                @Override
                public void out(ByteBuffer bytes) {
                    told.log(1, copy(bytes));
                }

                @Override
                public void err(ByteBuffer bytes) {
                    told.log(2, copy(bytes));
                }
            });
        } catch (IOException e) {
            LOG.debug("output of a step ended: {}", e.toString());
        }
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    private void remove(ContainerId id) {
        boolean interrupted = Thread.interrupted();
        try {
            engine.containers().remove(id, true, true);
        } catch (NotFound | Conflict e) {
            LOG.debug("container of a step id={} gone: {}", id.shortHex(), e.toString());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// What an engine before this one has left.
    public static void removeLeft(Gantry engine) {
        engine.containers().list().stream()
                .filter(c -> Layers.isLent(c.spec().image()))
                .forEach(c -> {
                    try {
                        engine.containers().remove(c.id(), true, true);
                    } catch (NotFound | Conflict e) {
                        LOG.warn("container of a build id={} stays: {}", c.id().shortHex(), e.toString());
                    }
                });
    }
}
