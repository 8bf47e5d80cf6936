package dev.gantry.buildkit.control;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.gantry.base.Digest;
import dev.gantry.build.BuildListener;
import dev.gantry.build.check.Finding;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Op;
import dev.gantry.build.solve.Event;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import moby.buildkit.v1.StatusResponse;
import moby.buildkit.v1.Vertex;
import moby.buildkit.v1.VertexStatus;
import moby.buildkit.v1.VertexWarning;

/// What a client is shown of a build. All of it is kept until the build is forgotten, but of what programs write no
/// more than BuildKit shows, and of a Dockerfile's faults no more than anybody reads.
final class Progress implements BuildListener {
    /// Of one step.
    private static final int LOG_MOST = 2 << 20;

    /// What all that is told may take of the memory before no more output is.
    private static final int MOST = 32 << 20;

    private static final int MOST_FINDINGS = 200;

    private final Clock clock;

    private final Story story = new Story();

    /// Guards what follows.
    private final Object lock = new Object();

    private final Map<String, Vertex> vertexes = new HashMap<>();
    private final Map<String, Integer> logged = new HashMap<>();
    private Warnings warnings = Warnings.NONE;
    private int steps;
    private int found;

    /// What findings are about.
    @FunctionalInterface
    interface Warnings {
        Warnings NONE = _ -> Optional.empty();

        Optional<VertexWarning> of(Finding finding);
    }

    Progress(Clock clock) {
        this.clock = clock;
    }

    /// One thing that is done beside the graph.
    final class Step implements AutoCloseable {
        private final String digest;
        private boolean over;
        private Instant told = Instant.MIN;

        private Step(String digest) {
            this.digest = digest;
        }

        String digest() {
            return digest;
        }

        /// Tells seldom.
        void amount(String what, long bytes) {
            Instant now = clock.instant();
            if (now.isAfter(told.plusMillis(100)) && story.cost() < MOST) {
                told = now;
                status(digest, what, bytes, Optional.empty());
            }
        }

        void done(String what, long bytes) {
            status(digest, what, bytes, Optional.of(clock.instant()));
        }

        void failed(String why) {
            over = true;
            completed(digest, false, why);
        }

        @Override
        public void close() {
            if (!over) {
                over = true;
                completed(digest, false, "");
            }
        }
    }

    Step step(String name) {
        String digest;
        synchronized (lock) {
            digest = Digest.sha256Of("step " + ++steps + " " + name).toString();
            vertexes.put(
                    digest,
                    Vertex.newBuilder()
                            .setDigest(digest)
                            .setName(name)
                            .setStarted(stamp(clock.instant()))
                            .build());
            tell(digest);
        }
        return new Step(digest);
    }

    /// The vertex of the graph that does this, as what is told of it.
    Step of(Op op, List<dev.gantry.build.graph.Vertex> planned) {
        return new Step(planned.stream()
                .filter(v -> v.op().equals(op))
                .map(v -> v.digest().toString())
                .findFirst()
                .orElse(""));
    }

    void warn(Warnings about) {
        warnings = about;
    }

    /// Something does not help as it should; the build goes on.
    void warned(Step step, String words) {
        warning(VertexWarning.newBuilder()
                .setVertex(step.digest())
                .setLevel(1)
                .setShort(ByteString.copyFromUtf8(words))
                .build());
    }

    void warning(VertexWarning warning) {
        add(StatusResponse.newBuilder().addWarnings(warning).build());
    }

    @Override
    public void planned(List<dev.gantry.build.graph.Vertex> planned, List<Finding> findings) {
        synchronized (lock) {
            for (dev.gantry.build.graph.Vertex v : planned) {
                Vertex.Builder vertex =
                        Vertex.newBuilder().setDigest(v.digest().toString()).setName(v.toString());
                for (Files input : v.inputs()) {
                    if (input instanceof Files.Made made) {
                        vertex.addInputs(made.by().digest().toString());
                    }
                }
                if (vertexes.putIfAbsent(vertex.getDigest(), vertex.build()) == null) {
                    tell(vertex.getDigest());
                }
            }
        }
        findings.forEach(this::found);
    }

    private void found(Finding finding) {
        Optional<VertexWarning> warning = warnings.of(finding);
        int number;
        synchronized (lock) {
            number = warning.isPresent() ? ++found : 0;
        }
        if (number > 0 && number <= MOST_FINDINGS) {
            warning(warning.get());
        } else if (number == MOST_FINDINGS + 1) {
            warning(VertexWarning.newBuilder()
                    .setVertex(warning.get().getVertex())
                    .setLevel(1)
                    .setShort(ByteString.copyFromUtf8("more was found than is shown: --check lists all of it"))
                    .build());
        }
    }

    @Override
    public void on(Event event) {
        String digest = event.vertex().digest().toString();
        switch (event) {
            case Event.Started s -> started(digest, s.at());
            case Event.Cached _ -> completed(digest, true, "");
            case Event.Log log -> log(digest, log.stream(), log.bytes(), log.at());
            case Event.Done _ -> completed(digest, false, "");
            case Event.Failed f -> completed(digest, false, Failures.words(f.words()));
        }
    }

    private void started(String digest, Instant at) {
        synchronized (lock) {
            Vertex known = vertexes.get(digest);
            if (known != null && !known.hasStarted()) {
                vertexes.put(digest, known.toBuilder().setStarted(stamp(at)).build());
                tell(digest);
            }
        }
    }

    private void completed(String digest, boolean cached, String error) {
        Timestamp now = stamp(clock.instant());
        synchronized (lock) {
            Vertex known = vertexes.get(digest);
            if (known != null && !known.hasCompleted()) {
                Vertex.Builder vertex =
                        known.toBuilder().setCached(cached).setError(error).setCompleted(now);
                if (!known.hasStarted()) {
                    vertex.setStarted(now);
                }
                vertexes.put(digest, vertex.build());
                tell(digest);
            }
        }
    }

    private void status(String digest, String what, long bytes, Optional<Instant> completed) {
        synchronized (lock) {
            Vertex known = vertexes.get(digest);
            if (known == null) {
                return;
            }
            Timestamp now = stamp(clock.instant());
            VertexStatus.Builder status = VertexStatus.newBuilder()
                    .setID(what)
                    .setVertex(digest)
                    .setCurrent(bytes)
                    .setTimestamp(now)
                    .setStarted(known.hasStarted() ? known.getStarted() : now);
            completed.ifPresent(at -> status.setCompleted(stamp(at)));
            add(StatusResponse.newBuilder().addStatuses(status).build());
        }
    }

    private void log(String digest, int stream, byte[] bytes, Instant at) {
        synchronized (lock) {
            int before = logged.getOrDefault(digest, 0);
            if (before > LOG_MOST || bytes.length == 0) {
                return;
            }
            boolean much = before + bytes.length > LOG_MOST;
            boolean full = story.cost() + bytes.length > MOST;
            logged.put(digest, much || full ? LOG_MOST + 1 : before + bytes.length);
            if (much || full) {
                String limit = much ? "log limit 2MiB reached" : "log limit 32MiB of the build reached";
                story.output(digest, stream, ("[output clipped, " + limit + "]\n").getBytes(UTF_8), at);
            } else {
                story.output(digest, stream, bytes, at);
            }
        }
    }

    private void tell(String digest) {
        add(StatusResponse.newBuilder().addVertexes(vertexes.get(digest)).build());
    }

    private void add(StatusResponse one) {
        story.add(one);
    }

    /// Nothing more comes.
    void end() {
        story.end();
    }

    Story story() {
        return story;
    }

    static Timestamp stamp(Instant at) {
        return Timestamp.newBuilder()
                .setSeconds(at.getEpochSecond())
                .setNanos(at.getNano())
                .build();
    }
}
