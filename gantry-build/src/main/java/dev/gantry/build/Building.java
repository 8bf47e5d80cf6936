package dev.gantry.build;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Platform;
import dev.gantry.build.frontend.Bases;
import dev.gantry.build.frontend.DockerfileFrontend;
import dev.gantry.build.frontend.Planned;
import dev.gantry.build.frontend.Wishes;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Op;
import dev.gantry.build.output.Made;
import dev.gantry.build.output.Outputs;
import dev.gantry.build.secret.SecretIds;
import dev.gantry.build.secret.SecretSearch;
import dev.gantry.build.share.RegistryCaches;
import dev.gantry.build.solve.Asked;
import dev.gantry.build.solve.Lent;
import dev.gantry.build.solve.Result;
import dev.gantry.build.solve.Solve;
import dev.gantry.build.solve.Solver;
import dev.gantry.build.work.ImageWork;
import dev.gantry.images.image.Layers;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One build, part by part: for who plans by itself, or wants several things of it. What it has found and made is kept
/// until it is closed.
///
/// ```java
/// Building building = builder.begin(asked);
/// try {
///     Made made = building.made(building.plan(dockerfile, wishes), listener);
///     Image image = made.store(names);
/// } finally {
///     building.closeThen(context::close);
/// }
/// ```
public final class Building {
    private final ImageWork images;
    private final Solver solver;
    private final Outputs outputs;
    private final Searching searching;
    private final Runnable after;
    private final Asked asked;
    private final Layers.Hold hold;

    /// Guards what follows.
    private final Object lock = new Object();

    private final Deque<Solve> solves = new ArrayDeque<>();
    private final Map<String, Made> lent = new HashMap<>();

    /// Who plans or solves now.
    private int users;

    private @Nullable Runnable ending;

    /// Looks for secrets in the layers of a root but for those of its base, and throws when there are any.
    interface Searching {
        void in(Result.Root root, Set<Layers.Layer> foreign, Map<String, byte[]> secrets);
    }

    /// @param after is done when it is closed
    Building(
            Layers layers,
            ImageWork images,
            Solver solver,
            Outputs outputs,
            Searching searching,
            Runnable after,
            Asked asked) {
        this.images = images;
        this.solver = solver;
        this.outputs = outputs;
        this.searching = searching;
        this.after = after;
        this.asked = asked.with(Lent.remembering(asked.lent()));
        this.hold = layers.hold();
    }

    public Planned plan(String dockerfile, Wishes wishes) {
        return DockerfileFrontend.plan(dockerfile, wishes, bases());
    }

    /// Images by their contents from the first look on: a name may mean another image a moment later.
    public Bases bases() {
        return (String reference, Platform platform, Op.Pull pull) -> {
            enter();
            try {
                Made made = lent(reference);
                if (made != null) {
                    return new Bases.Base(reference, made.plan().platform(), made.config());
                }
                Layers.Base base = images.base(reference, platform, pull, asked, hold);
                return new Bases.Base(base.id().digest().toString(), platform, base.config());
            } finally {
                leave();
            }
        };
    }

    private @Nullable Made lent(String reference) {
        synchronized (lock) {
            return lent.get(reference);
        }
    }

    /// What another build has made, which is still held, as a base of this one: under the name that is given back, and
    /// without becoming an image.
    public String lend(Made made) {
        if (!(made.result() instanceof Result.Root root)) {
            throw new InvalidArgument("build on another result", "it has no root but a directory", "begin with FROM");
        }
        enter();
        try {
            hold.add(root.layers());
            String name = images.lend(root);
            synchronized (lock) {
                lent.put(name, made);
            }
            return name;
        } finally {
            leave();
        }
    }

    /// Does what is planned. Interrupting the thread cancels it.
    public Made made(Planned planned, BuildListener listener) throws InterruptedException {
        listener.planned(Solver.order(planned.image().root()), planned.findings());
        Result result = result(planned.image().root(), planned.time(), listener);
        SecretSearch.in(planned.image(), asked.lent().given());
        search(result);
        Instant own = result instanceof Result.Root root ? root.time() : Result.Root.NO_TIME;
        Map<String, Object> besides = planned.cacheInline() ? RegistryCaches.inline(records(), result) : Map.of();
        return new Made(outputs, planned.image(), result, planned.time().orElse(own), besides);
    }

    /// Steps of other builds, and of this one before it knew of all secrets, have not looked for all of them.
    private void search(Result result) {
        Map<String, byte[]> given = asked.lent().given();
        if (!given.isEmpty() && result instanceof Result.Root root) {
            var foreign = new HashSet<Layers.Layer>();
            synchronized (lock) {
                solves.forEach(solve -> foreign.addAll(solve.bases()));
            }
            searching.in(root, foreign, given);
        }
    }

    /// What the steps that are known by a key have made so far.
    public Map<Digest, List<Result.Root>> records() {
        var records = new HashMap<Digest, List<Result.Root>>();
        synchronized (lock) {
            solves.forEach(solve -> records.putAll(solve.records()));
        }
        return records;
    }

    /// @param time of all that is written; empty: that of the base
    public Result result(Files files, Optional<Instant> time, BuildListener listener) throws InterruptedException {
        enter();
        try {
            SecretIds.ask(Solver.order(files), asked.lent());
            Solve solve = solver.begin(asked.at(time), listener);
            synchronized (lock) {
                solves.push(solve);
            }
            return solve.of(files);
        } finally {
            leave();
        }
    }

    private void enter() {
        synchronized (lock) {
            if (ending != null) {
                throw new Conflict("use what a build has made", "the build has ended", "build again");
            }
            users++;
        }
    }

    private void leave() {
        Runnable end;
        synchronized (lock) {
            users--;
            end = users == 0 ? ending : null;
        }
        if (end != null) {
            end.run();
        }
    }

    /// What it has started for others too goes on; `then` is run when nothing uses what it was given any more. From now
    /// on nothing is begun.
    public void closeThen(Runnable then) {
        synchronized (lock) {
            if (ending != null) {
                throw new IllegalStateException("a building is closed once");
            }
            ending = () -> close(then);
            if (users > 0) {
                return; // the last of them does it
            }
        }
        close(then);
    }

    private void close(Runnable then) {
        Solve solve;
        synchronized (lock) {
            solve = solves.poll();
        }
        if (solve != null) {
            solve.closeThen(() -> close(then));
        } else {
            lent.keySet().forEach(images::takeBack);
            hold.close();
            then.run();
            after.run();
        }
    }
}
