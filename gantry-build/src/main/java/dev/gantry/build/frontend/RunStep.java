package dev.gantry.build.frontend;

import dev.gantry.base.Forbidden;
import dev.gantry.build.dockerfile.Command;
import dev.gantry.build.dockerfile.Flag;
import dev.gantry.build.dockerfile.Heredoc;
import dev.gantry.build.dockerfile.Instruction;
import dev.gantry.build.dockerfile.MountFlag;
import dev.gantry.build.dockerfile.Word;
import dev.gantry.build.graph.Content;
import dev.gantry.build.graph.FileAction;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Mount;
import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// A `RUN` as a vertex.
final class RunStep {
    /// Where a document that says which program reads it is found by that.
    private static final String PIPES = "/dev/pipes/";

    private final Conversion conversion;
    private final StageBuild stage;
    private final Steps steps;
    private final Instruction.Run run;
    private final List<Files> inputs = new ArrayList<>();
    private final List<Mount> mounts = new ArrayList<>();
    private final List<Op.SecretVariable> secrets = new ArrayList<>();

    RunStep(Conversion conversion, StageBuild stage, Steps steps, Instruction.Run run) {
        this.conversion = conversion;
        this.stage = stage;
        this.steps = steps;
        this.run = run;
    }

    void take() {
        mounts.add(new Mount.Tree("/", input(stage.root), "", false, OptionalInt.of(0)));
        List<String> arguments = steps.arguments(command());
        if (arguments.isEmpty()) {
            throw run.at().fault("RUN has an empty list", "name a program in it");
        }
        Note note = steps.note(run);
        RunMounts all = new RunMounts(conversion, stage, steps, this);
        run.mounts().forEach(all::add);
        Op.Exec exec = new Op.Exec(process(arguments), mounts, secrets, network(), insecure(), devices());
        stage.root = new Vertex(exec, inputs, note).result();
        stage.image.step("RUN " + shown(arguments) + " # buildkit", true);
    }

    OptionalInt input(Files files) {
        inputs.add(files);
        return OptionalInt.of(inputs.size() - 1);
    }

    void mount(Mount mount) {
        mounts.add(mount);
    }

    void secret(Op.SecretVariable variable) {
        secrets.add(variable);
    }

    Instruction.Run instruction() {
        return run;
    }

    /// A single document is the command itself; others are the shell's to read, as it knows them.
    private Command command() {
        if (run.documents().isEmpty() || run.command().exec()) {
            return run.command();
        }
        String line = run.command().words().getFirst();
        Heredoc first = run.documents().getFirst();
        boolean alone = run.documents().size() == 1 && first.place().equals(run.at()) && line.indexOf(' ') < 0;
        if (!alone) {
            StringBuilder whole = new StringBuilder(line);
            for (Heredoc document : run.documents()) {
                whole.append('\n').append(document.content()).append(document.name());
            }
            return new Command(false, List.of(whole.toString()));
        }
        if (!first.text().startsWith("#!")) {
            return new Command(false, List.of(first.text()));
        }
        FileAction file = new FileAction.MakeFile(
                "/" + first.name(), 0755, Content.of(first.text()), Optional.empty(), conversion.time());
        Files document = Steps.edit(List.of(Files.NONE), List.of(file), Note.of("[internal] a document", 0));
        mounts.add(new Mount.Tree(PIPES, input(document), "", true, OptionalInt.empty()));
        return new Command(false, List.of(PIPES + first.name()));
    }

    private Op.Process process(List<String> arguments) {
        Map<String, String> env = new LinkedHashMap<>(stage.env);
        env.putIfAbsent("PATH", ImageDraft.DEFAULT_PATH);
        conversion.expander().spend(16L * (env.size() + stage.arguments.size()), run.at());
        List<String> hidden = new ArrayList<>();
        for (String proxy : PlatformArguments.PROXIES) {
            String value = conversion.wishes().arguments().get(proxy);
            if (value != null && env.putIfAbsent(proxy, value) == null) {
                hidden.add(proxy);
            }
        }
        String hostname = conversion.wishes().arguments().getOrDefault("BUILDKIT_SANDBOX_HOSTNAME", "");
        return new Op.Process(
                arguments,
                ImageDraft.lines(env),
                hidden,
                stage.workdir(),
                stage.image.text("User"),
                hostname.isEmpty() ? "buildkitsandbox" : hostname,
                conversion.wishes().hosts(),
                conversion.wishes().limits());
    }

    private Op.Network network() {
        Optional<Flag> flag = run.flags().one("network");
        if (flag.isEmpty()) {
            return conversion.wishes().network();
        }
        return switch (expanded(flag.get())) {
            case "default" -> conversion.wishes().network();
            case "none" -> Op.Network.NONE;
            case "host" -> {
                if (conversion.wishes().network() != Op.Network.HOST) {
                    mustBeAllowed("network.host", "the network of the host");
                }
                yield Op.Network.HOST;
            }
            case String other ->
                throw flag.get().place().fault("--network cannot be \"" + other + "\"", "use default, none or host");
        };
    }

    private boolean insecure() {
        Optional<Flag> flag = run.flags().one("security");
        String value = flag.map(this::expanded).orElse("sandbox");
        return switch (value) {
            case "sandbox" -> false;
            case "insecure" -> {
                mustBeAllowed("security.insecure", "a RUN without its sandbox");
                yield true;
            }
            default -> throw run.place().fault("--security cannot be \"" + value + "\"", "use sandbox or insecure");
        };
    }

    private List<String> devices() {
        List<String> devices =
                run.flags().all("device").stream().map(this::expanded).toList();
        if (!devices.isEmpty()) {
            mustBeAllowed("device", "devices");
        }
        return devices;
    }

    private String expanded(Flag flag) {
        return steps.expand(new Word(flag.value(), flag.place()));
    }

    private void mustBeAllowed(String what, String words) {
        if (!conversion.wishes().allowed().contains(what)) {
            throw new Forbidden(
                    "build line " + run.place().line() + " of the Dockerfile",
                    what + " is not allowed",
                    "allow " + words + " with --allow " + what);
        }
    }

    /// `|1 NAME=value /bin/sh -c …`
    private String shown(List<String> arguments) {
        if (stage.arguments.isEmpty()) {
            return String.join(" ", arguments);
        }
        List<String> words = new ArrayList<>(List.of("|" + stage.arguments.size()));
        stage.arguments.forEach(
                (name, value) -> words.add(name + "=" + stage.env.getOrDefault(name, value.orElse(""))));
        words.addAll(arguments);
        return String.join(" ", words);
    }

    /// The same with its variables replaced.
    MountFlag expanded(MountFlag mount) {
        Map<String, String> keys = new LinkedHashMap<>();
        mount.keys()
                .forEach((name, value) ->
                        keys.put(name, name.equals("from") ? value : steps.expand(new Word(value, mount.place()))));
        return new MountFlag(mount.type(), keys, mount.place());
    }
}
