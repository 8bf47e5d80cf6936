package dev.gantry.build.frontend;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.build.check.Checks;
import dev.gantry.build.check.Rule;
import dev.gantry.build.check.Similar;
import dev.gantry.build.dockerfile.Dockerfile;
import dev.gantry.build.dockerfile.Expander;
import dev.gantry.build.dockerfile.Instruction;
import dev.gantry.build.dockerfile.Place;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import dev.gantry.images.document.PlatformMatch;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// One way through a Dockerfile: from its stages those that are needed, in their order.
final class Conversion {
    private final Dockerfile file;
    private final Wishes wishes;
    private final Bases bases;
    private final Checks checks;
    private final Expander expander;
    private final List<String> follow;
    private final Globals globals;
    private final List<StageSource.Resolved> stages;
    private final Map<Integer, List<Instruction>> triggers = new TreeMap<>();
    private final Map<Integer, StageBuild> built = new TreeMap<>();
    private final Set<String> contextPaths = new TreeSet<>();
    private final Map<Context, Files> loaded = new HashMap<>();

    /// @param follow the paths of the context that are asked for; none: all
    Conversion(Dockerfile file, Wishes wishes, Bases bases, Checks checks, List<String> follow) {
        this.file = file;
        this.wishes = wishes;
        this.bases = bases;
        this.checks = checks;
        this.expander = new Expander(file.directives().escape());
        this.follow = List.copyOf(follow);
        this.globals = new Globals(file, wishes, checks, expander);
        this.stages = new StageNames(file, wishes, globals).resolve();
    }

    Checks checks() {
        return checks;
    }

    Wishes wishes() {
        return wishes;
    }

    Expander expander() {
        return expander;
    }

    Map<String, String> globals() {
        return globals.values();
    }

    /// Absolute ones, with patterns, that instructions have asked for so far.
    Set<String> contextPaths() {
        return contextPaths;
    }

    Optional<Instant> time() {
        String seconds = globals.argument("SOURCE_DATE_EPOCH");
        if (seconds.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.ofEpochSecond(Long.parseLong(seconds)));
        } catch (NumberFormatException | DateTimeException e) {
            throw new InvalidArgument(
                    "build with SOURCE_DATE_EPOCH=" + seconds,
                    "it is no number of seconds since 1970",
                    "give one such as 1700000000",
                    e);
        }
    }

    /// @param all stages are looked at, also those that are not needed
    Planned plan(boolean all) {
        int target = target();
        Set<Integer> needed = new TreeSet<>(List.of(target));
        for (int i = 0; all && i < stages.size(); i++) {
            needed.add(i);
        }
        Deque<Integer> next = new ArrayDeque<>(needed);
        while (!next.isEmpty()) {
            int number = next.poll();
            for (int other : needs(number)) {
                if (other < number && needed.add(other)) {
                    next.add(other);
                }
            }
        }
        needed.forEach(this::build);
        StageBuild result = stage(target);
        result.image.add("Labels", wishes.labels());
        return new Planned(
                result.image.plan(result.root, result.platform),
                List.of(),
                unused(),
                time(),
                globals.argument("BUILDKIT_INLINE_CACHE").matches("1|true"));
    }

    private List<String> unused() {
        Set<String> unused = new TreeSet<>(wishes.arguments().keySet());
        unused.removeAll(globals.declared());
        unused.removeAll(PlatformArguments.PROXIES);
        unused.remove("SOURCE_DATE_EPOCH");
        unused.removeIf(name -> name.startsWith("BUILDKIT_"));
        for (StageSource.Resolved resolved : stages) {
            for (Instruction instruction : resolved.stage().instructions()) {
                if (instruction instanceof Instruction.Arg arg) {
                    arg.variables().forEach(v -> unused.remove(v.name()));
                }
            }
        }
        triggers.values()
                .forEach(all -> all.forEach(i -> {
                    if (i instanceof Instruction.Arg arg) {
                        arg.variables().forEach(v -> unused.remove(v.name()));
                    }
                }));
        return List.copyOf(unused);
    }

    private StageBuild stage(int number) {
        StageBuild stage = built.get(number);
        if (stage == null) {
            throw new IllegalStateException("stage " + number + " is not built");
        }
        return stage;
    }

    private int target() {
        if (wishes.target().isEmpty()) {
            return stages.size() - 1;
        }
        return named(wishes.target(), stages.size()).orElseThrow(() -> {
            List<String> names = file.stages().stream()
                    .map(s -> s.from().name())
                    .filter(n -> !n.isEmpty())
                    .toList();
            return new NotFound(
                    "build " + wishes.target(),
                    "target stage \"" + wishes.target() + "\" could not be found",
                    names.isEmpty() ? "leave the target out" : "use one of " + String.join(", ", names));
        });
    }

    /// The last stage of this name or number before `end`.
    private Optional<Integer> named(String name, int end) {
        if (name.matches("[0-9]{1,6}")) {
            int number = Integer.parseInt(name);
            return number < end ? Optional.of(number) : Optional.empty();
        }
        for (int i = Math.min(end, stages.size()) - 1; i >= 0; i--) {
            if (file.stages().get(i).from().name().equalsIgnoreCase(name)) {
                return Optional.of(i);
            }
        }
        return Optional.empty();
    }

    private List<Integer> needs(int number) {
        StageSource.Resolved stage = stages.get(number);
        List<Integer> needs = new ArrayList<>();
        if (stage.source() instanceof StageSource.OnStage on) {
            needs.add(on.number());
        }
        if (!stage.replaced()) {
            for (Instruction instruction : instructions(number)) {
                for (String from : froms(instruction)) {
                    named(from, number).ifPresent(needs::add);
                }
            }
        }
        return needs;
    }

    private static List<String> froms(Instruction instruction) {
        return switch (instruction) {
            case Instruction.Copy c ->
                c.flags().all("from").stream().map(f -> f.value()).toList();
            case Instruction.Run r ->
                r.mounts().stream().flatMap(m -> m.key("from").stream()).toList();
            default -> List.of();
        };
    }

    /// Those that the base has kept for this, and then its own.
    private List<Instruction> instructions(int number) {
        List<Instruction> all = new ArrayList<>(triggers.computeIfAbsent(number, this::triggered));
        all.addAll(stages.get(number).stage().instructions());
        return all;
    }

    private List<Instruction> triggered(int number) {
        StageSource.Resolved stage = stages.get(number);
        List<String> kept = switch (stage.source()) {
            case StageSource.OnStage on ->
                file.stages().get(on.number()).instructions().stream()
                        .flatMap(i -> i instanceof Instruction.OnBuild b
                                ? List.of(b.expression()).stream()
                                : List.<String>of().stream())
                        .toList();
            case StageSource.OnImage on ->
                base(
                                on.reference(),
                                stage.platform(),
                                stage.stage().from().base().place())
                        .texts("OnBuild");
            case StageSource.OnContext(Context.Image i) ->
                base(
                                i.reference(),
                                stage.platform(),
                                stage.stage().from().base().place())
                        .texts("OnBuild");
            case StageSource.OnContext(Context.Built b) ->
                ImageDraft.of(b.image()).texts("OnBuild");
            case StageSource.OnContext _, StageSource.Scratch _ -> List.of();
        };
        if (stage.replaced()) {
            return List.of();
        }
        try {
            return kept.stream().map(e -> Dockerfile.trigger(e, '\\')).toList();
        } catch (InvalidArgument e) {
            throw stage.stage().from().place().fault("an ONBUILD of its base: " + e.why(), e.todo());
        }
    }

    private ImageDraft base(String reference, Platform platform, Place place) {
        return ImageDraft.of(find(reference, platform, place).document());
    }

    private Bases.Base find(String reference, Platform platform, Place place) {
        StageNames.checked(reference, place);
        return bases.find(reference, platform, wishes.pull());
    }

    private void build(int number) {
        StageSource.Resolved resolved = stages.get(number);
        Instruction.From from = resolved.stage().from();
        String name = from.name().isEmpty() ? "stage-" + number : from.name();
        String shown = stages.size() == 1 ? "" : name;
        boolean ignoreCache = wishes.ignoresCache(from.name());
        StageBuild stage = started(number, resolved, shown, ignoreCache);
        built.put(number, stage);
        if (resolved.replaced()) {
            return;
        }
        List<Instruction> own = resolved.stage().instructions();
        List<Instruction> all = instructions(number);
        stage.steps = steps(number, stage.done);
        stage.image.set("OnBuild", List.of());
        Steps steps = new Steps(this, stage);
        for (Instruction instruction : all.subList(0, all.size() - own.size())) {
            try {
                steps.take(instruction, from.place());
            } catch (InvalidArgument e) {
                throw from.place()
                        .fault(instruction.head().keyword() + ", an ONBUILD of its base: " + e.why(), e.todo());
            }
        }
        own.forEach(i -> steps.take(i, i.place()));
    }

    /// All that progress shows of a stage.
    private int steps(int number, int before) {
        return before
                + (int) instructions(number).stream()
                        .filter(i -> i instanceof Instruction.Run
                                || i instanceof Instruction.Copy
                                || i instanceof Instruction.Workdir)
                        .count();
    }

    private StageBuild started(int number, StageSource.Resolved resolved, String shown, boolean ignoreCache) {
        Instruction.From from = resolved.stage().from();
        switch (resolved.source()) {
            case StageSource.OnStage on -> {
                StageBuild below = stage(on.number());
                expander.spend(below.image.size(), from.place());
                return new StageBuild(
                        number,
                        shown,
                        below.platform,
                        ignoreCache,
                        below.image.copy(),
                        below.root,
                        below.env,
                        below.arguments);
            }
            case StageSource.Scratch _ -> {
                return fresh(number, resolved, shown, ignoreCache, ImageDraft.scratch(), Files.NONE);
            }
            case StageSource.OnContext(Context.Tree t) -> {
                return fresh(number, resolved, shown, ignoreCache, ImageDraft.scratch(), t.files());
            }
            case StageSource.OnContext(Context.Local l) -> {
                return fresh(number, resolved, shown, ignoreCache, ImageDraft.scratch(), local(l, List.of()));
            }
            case StageSource.OnContext(Context.Built b) -> {
                return fresh(
                        number,
                        resolved,
                        shown,
                        ignoreCache,
                        ImageDraft.of(b.image()),
                        b.image().root());
            }
            case StageSource.OnContext(Context.Image i) -> {
                return onImage(number, resolved, shown, ignoreCache, i.reference());
            }
            case StageSource.OnImage on -> {
                return onImage(number, resolved, shown, ignoreCache, on.reference());
            }
        }
    }

    private StageBuild onImage(
            int number, StageSource.Resolved resolved, String shown, boolean ignoreCache, String reference) {
        Place place = resolved.stage().from().place();
        Bases.Base base = find(
                reference, resolved.platform(), resolved.stage().from().base().place());
        Platform actual = base.platform();
        if (!PlatformMatch.same(actual, resolved.platform())
                && (!actual.os().equals(resolved.platform().os())
                        || !actual.architecture().equals(resolved.platform().architecture()))) {
            checks.report(
                    Rule.INVALID_BASE_IMAGE_PLATFORM,
                    place,
                    "Base image " + reference + " was pulled with platform \"" + actual + "\", expected \""
                            + resolved.platform() + "\" for current build");
        }
        StageBuild stage = fresh(number, resolved, shown, ignoreCache, ImageDraft.of(base.document()), Files.NONE);
        stage.done = 1;
        stage.steps = steps(number, 1);
        String full = shownImage(reference);
        String name = "[" + (shown.isEmpty() ? "" : shown + " ") + "1/" + stage.steps + "] FROM " + full;
        stage.root = source(base, new Note(name, place.line(), false));
        return stage;
    }

    private static StageBuild fresh(
            int number,
            StageSource.Resolved resolved,
            String shown,
            boolean ignoreCache,
            ImageDraft image,
            Files root) {
        return new StageBuild(number, shown, resolved.platform(), ignoreCache, image, root, image.env(), Map.of());
    }

    private Files source(Bases.Base base, Note note) {
        Op op = new Op.ImageSource(base.reference(), base.platform(), wishes.pull());
        return new Vertex(op, List.of(), note).result();
    }

    private static Files local(Context.Local local, List<String> follow) {
        Op op = new Op.LocalSource(local.name(), List.of(), local.ignored(), follow);
        return new Vertex(op, List.of(), Note.of(shown(local.name()), 0)).result();
    }

    private static String shownImage(String reference) {
        return reference.startsWith("dir:") || reference.startsWith("sha256:")
                ? reference
                : Reference.parse(reference).toString();
    }

    private static String shown(String name) {
        return name.equals("context") ? "[internal] load build context" : "[context " + name + "] load from client";
    }

    /// The files of the build context.
    Files context(Place place) {
        return switch (wishes.context()) {
            case Context.Local l -> loaded.computeIfAbsent(l, _ -> local(l, follow));
            case Context other -> files(other, wishes.platform(), place);
        };
    }

    private Files files(Context context, Platform platform, Place place) {
        return switch (context) {
            case Context.Local l -> local(l, List.of());
            case Context.Tree t -> t.files();
            case Context.Built b -> b.image().root();
            case Context.Image i -> image(i.reference(), platform, place);
        };
    }

    private Files image(String reference, Platform platform, Place place) {
        Bases.Base base = find(reference, platform, place);
        return source(base, Note.of("FROM " + base.reference(), place.line()));
    }

    /// What `--from` means in a stage: a stage before it, a further context, or an image.
    Files from(String name, StageBuild inStage, Place place) {
        if (name.indexOf('$') >= 0) {
            throw place.fault(
                    "variable expansion is not supported for --from",
                    "write a stage FROM what the variable names, and its name here");
        }
        Optional<Integer> before = named(name, inStage.number);
        if (before.isPresent()) {
            return stage(before.get()).root;
        }
        Optional<Integer> later = named(name, stages.size());
        if (later.isPresent() || name.matches("[0-9]+")) {
            boolean itself = later.isPresent() && later.get() == inStage.number;
            String why = later.isEmpty()
                    ? "there is no stage " + name
                    : itself
                            ? "circular dependency detected on stage: " + name
                            : "cannot copy from stage \"" + name + "\", it needs to be defined before current stage";
            throw place.fault(why, "name a stage that is above this one");
        }
        if (name.equalsIgnoreCase("scratch")) {
            return Files.NONE;
        }
        Optional<Context> further = StageNames.context(wishes, name);
        return further.map(c -> files(c, inStage.platform, place))
                .orElseGet(() -> image(name, inStage.platform, place));
    }

    /// Tells of a variable that is nowhere set.
    void undefined(Set<String> names, StageBuild stage, Place place) {
        for (String name : names) {
            if (!stage.arguments.containsKey(name)) {
                String meant = Similar.to(name, stage.env.keySet())
                        .map(n -> " (did you mean $" + n + "?)")
                        .orElse("");
                checks.report(Rule.UNDEFINED_VAR, place, "Usage of undefined variable '$" + name + "'" + meant);
            }
        }
    }
}
