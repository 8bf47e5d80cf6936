package dev.gantry.buildkit.control;

import dev.gantry.base.Conflict;
import dev.gantry.base.NotFound;
import dev.gantry.base.Reference;
import dev.gantry.build.Builder;
import dev.gantry.build.Building;
import dev.gantry.build.context.SourceTree;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.build.solve.Asked;
import dev.gantry.buildkit.session.Belongings;
import dev.gantry.buildkit.session.Session;
import dev.gantry.buildkit.sync.Directories;
import dev.gantry.buildkit.sync.Wanted;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import moby.buildkit.v1.SolveRequest;
import moby.buildkit.v1.frontend.ReturnRequest;

/// One build of a client, from its first call to its end.
final class Job {
    private final String id;
    private final List<Reference> imports;
    private final Set<String> entitlements;
    private final Session session;
    private final Belongings belongings;
    private final Directories directories;
    private final Progress progress;
    private final JobCaches caches;
    private final Building building;
    private final CompletableFuture<ReturnRequest> returned = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();

    /// Guarded by itself.
    private final Map<String, Solved> solved = new HashMap<>();

    /// Guarded by itself.
    private final List<SourceTree> trees = new ArrayList<>();

    /// Guarded by `trees`.
    private final Map<String, SourceTree> given = new HashMap<>();

    /// Guarded by `trees`.
    private boolean closed;

    private volatile List<Vertex> planned = List.of();
    private volatile SourceText source = SourceText.NONE;

    /// @param imports caches that the client wants to be asked
    Job(
            SolveRequest request,
            List<Reference> imports,
            Session session,
            Builder builder,
            Directories directories,
            Clock clock) {
        this.id = request.getRef();
        this.imports = List.copyOf(imports);
        this.entitlements = Set.copyOf(request.getEntitlementsList());
        this.session = session;
        this.belongings = new Belongings(session);
        this.directories = directories;
        this.progress = new Progress(clock);
        this.caches = new JobCaches(builder.caches(), belongings, progress);
        this.building = builder.begin(
                new Asked(this::files, belongings, belongings::credentials, Optional.empty(), false, List.of(caches)));
    }

    String id() {
        return id;
    }

    List<Reference> imports() {
        return imports;
    }

    /// What the client has allowed.
    Set<String> entitlements() {
        return entitlements;
    }

    Session session() {
        return session;
    }

    Belongings belongings() {
        return belongings;
    }

    Progress progress() {
        return progress;
    }

    JobCaches caches() {
        return caches;
    }

    Building building() {
        return building;
    }

    /// What a frontend that runs in the client gives back at its end.
    CompletableFuture<ReturnRequest> returned() {
        return returned;
    }

    SourceText source() {
        return source;
    }

    void source(SourceText text) {
        source = text;
    }

    /// The vertices that are done next, for what is told of them.
    void planned(List<Vertex> vertices) {
        planned = vertices;
    }

    /// Files that this directory has in any case; they are closed with the build.
    void given(String name, SourceTree tree) {
        keep(tree);
        synchronized (trees) {
            given.put(name, tree);
        }
    }

    private void keep(SourceTree tree) {
        synchronized (trees) {
            if (!closed) {
                trees.add(tree);
                return;
            }
        }
        tree.close();
        throw new Conflict("take files of the client", "the build has ended", "build again");
    }

    private SourceTree files(Op.LocalSource wanted) throws InterruptedException {
        synchronized (trees) {
            SourceTree known = given.get(wanted.name());
            if (known != null) {
                return known;
            }
        }
        Progress.Step step = progress.of(wanted, planned);
        String what = "transferring " + wanted.name() + ":";
        long[] bytes = {0};
        SourceTree tree =
                receive(new Wanted(wanted.name(), wanted.include(), wanted.exclude(), wanted.follow()), true, n -> {
                    bytes[0] = n;
                    step.amount(what, n);
                });
        step.done(what, bytes[0]);
        return tree;
    }

    /// Files of the client; they are closed with the build.
    ///
    /// @param keep whether they are wanted again
    SourceTree receive(Wanted wanted, boolean keep, java.util.function.LongConsumer moved) throws InterruptedException {
        SourceTree tree = directories.receive(session, wanted, keep, moved);
        keep(tree);
        return tree;
    }

    /// @return by which the client knows it
    String keep(Solved result) {
        synchronized (solved) {
            String name = id + "/" + solved.size();
            solved.put(name, result);
            return name;
        }
    }

    Solved solved(String name) {
        synchronized (solved) {
            Solved known = solved.get(name);
            if (known == null) {
                throw new NotFound("use the result " + name, "this build has made none of that name", "solve it first");
            }
            return known;
        }
    }

    /// Its files go when nothing reads them any more.
    void end() {
        progress.end();
        if (ended.compareAndSet(false, true)) {
            building.closeThen(() -> {
                synchronized (trees) {
                    closed = true;
                    trees.forEach(SourceTree::close);
                    trees.clear();
                }
            });
        }
    }
}
