package dev.gantry.build.frontend;

import dev.gantry.base.GoDuration;
import dev.gantry.base.path.CleanPath;
import dev.gantry.build.check.Rule;
import dev.gantry.build.check.SecretNames;
import dev.gantry.build.dockerfile.Command;
import dev.gantry.build.dockerfile.Expander;
import dev.gantry.build.dockerfile.Instruction;
import dev.gantry.build.dockerfile.Place;
import dev.gantry.build.dockerfile.Word;
import dev.gantry.build.graph.FileAction;
import dev.gantry.build.graph.Files;
import dev.gantry.build.graph.Note;
import dev.gantry.build.graph.Op;
import dev.gantry.build.graph.Vertex;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The instructions of one stage, one after the other.
final class Steps {
    private static final List<String> SHELL = List.of("/bin/sh", "-c");

    private final Conversion conversion;
    private final StageBuild stage;
    private final Map<String, Place> once = new TreeMap<>();
    private Place place = Place.START;
    private boolean cmdWritten;

    Steps(Conversion conversion, StageBuild stage) {
        this.conversion = conversion;
        this.stage = stage;
    }

    /// @param written where people find it
    void take(Instruction instruction, Place written) {
        place = written;
        switch (instruction) {
            case Instruction.Arg i -> arg(i);
            case Instruction.Env i -> env(i);
            case Instruction.Label i -> label(i);
            case Instruction.Run i -> new RunStep(conversion, stage, this, i).take();
            case Instruction.Copy i -> new CopyStep(conversion, stage, this, i).take();
            case Instruction.Workdir i -> workdir(i);
            case Instruction.User i -> user(i);
            case Instruction.Cmd i -> cmd(i);
            case Instruction.Entrypoint i -> entrypoint(i);
            case Instruction.Shell i -> {
                stage.image.set("Shell", i.words());
                stage.image.step("SHELL " + GoText.plain(i.words()), false);
            }
            case Instruction.Expose i -> expose(i);
            case Instruction.Volume i -> volume(i);
            case Instruction.StopSignal i -> {
                String signal = expand(i.signal());
                stage.image.set("StopSignal", signal);
                stage.image.step("STOPSIGNAL " + signal, false);
            }
            case Instruction.Maintainer i -> {
                stage.image.author(i.name());
                stage.image.step("MAINTAINER " + i.name(), false);
            }
            case Instruction.HealthCheck i -> health(i);
            case Instruction.OnBuild i -> {
                List<String> all = new ArrayList<>(stage.image.texts("OnBuild"));
                all.add(i.expression());
                stage.image.set("OnBuild", all);
            }
            case Instruction.From _ -> throw new IllegalStateException("a stage has no FROM inside");
        }
    }

    Place place() {
        return place;
    }

    /// The word with its variables replaced; one that is not set is told of.
    String expand(Word word) {
        Expander.Expanded expanded = conversion.expander().word(word, this::variable);
        conversion.undefined(expanded.unset(), stage, place);
        return expanded.text();
    }

    Optional<String> variable(String name) {
        return Optional.ofNullable(stage.env.get(name));
    }

    /// What a shell form becomes.
    List<String> arguments(Command command) {
        if (command.exec()) {
            return command.words();
        }
        List<String> shell = stage.image.texts("Shell");
        List<String> arguments = new ArrayList<>(shell.isEmpty() ? SHELL : shell);
        arguments.addAll(command.words());
        return arguments;
    }

    Note note(Instruction instruction) {
        String text = instruction.head().text().replaceAll("\\s+", " ");
        return new Note(stage.nextStep() + text, place.line(), stage.ignoreCache);
    }

    private void arg(Instruction.Arg arg) {
        List<String> shown = new ArrayList<>();
        for (Instruction.Variable variable : arg.variables()) {
            String name = variable.name();
            secret("ARG", name);
            Optional<String> given =
                    Optional.ofNullable(conversion.wishes().arguments().get(name));
            Optional<String> value = given;
            if (given.isEmpty() && variable.value().isPresent()) {
                value = Optional.of(expand(new Word(variable.value().get(), variable.place())));
            } else if (given.isEmpty()) {
                value = Optional.ofNullable(conversion.globals().get(name));
            }
            value.ifPresent(v -> {
                if (!name.equals("BUILDKIT_SBOM_SCAN_CONTEXT") && !name.equals("BUILDKIT_SBOM_SCAN_STAGE")) {
                    stage.env.put(name, v);
                }
            });
            stage.arguments.put(name, value);
            shown.add(name + value.map(v -> "=" + v).orElse(""));
        }
        stage.image.step("ARG " + String.join(" ", shown), false);
    }

    private void env(Instruction.Env env) {
        Map<String, String> more = pairs("ENV", env.pairs());
        more.keySet().forEach(name -> secret("ENV", name));
        stage.env.putAll(more);
        stage.image.env().putAll(more);
        stage.image.step("ENV " + String.join(" ", ImageDraft.lines(more)), false);
    }

    private void label(Instruction.Label label) {
        Map<String, String> more = pairs("LABEL", label.pairs());
        stage.image.add("Labels", more);
        stage.image.step("LABEL " + String.join(" ", ImageDraft.lines(more)), false);
    }

    /// All see the values from before the instruction.
    private Map<String, String> pairs(String keyword, List<Instruction.Pair> pairs) {
        Map<String, String> all = new LinkedHashMap<>();
        for (Instruction.Pair pair : pairs) {
            if (pair.old()) {
                conversion
                        .checks()
                        .report(
                                Rule.LEGACY_KEY_VALUE_FORMAT,
                                place,
                                "\"" + keyword + " key=value\" should be used instead of legacy \"" + keyword
                                        + " key value\" format");
            }
            String name = expand(pair.name());
            if (name.isEmpty()) {
                throw pair.name().place().fault(keyword + " names can not be blank", "write name=value");
            }
            all.put(name, expand(pair.value()));
        }
        return all;
    }

    private void secret(String keyword, String name) {
        if (SecretNames.sounds(name)) {
            conversion
                    .checks()
                    .report(
                            Rule.SECRETS_USED_IN_ARG_OR_ENV,
                            place,
                            "Do not use ARG or ENV instructions for sensitive data (" + keyword + " \"" + name + "\")");
        }
    }

    private void workdir(Instruction.Workdir workdir) {
        String path = expand(workdir.path());
        if (!stage.workdirWritten && !path.startsWith("/")) {
            conversion
                    .checks()
                    .report(
                            Rule.WORKDIR_RELATIVE_PATH,
                            place,
                            "Relative workdir " + GoText.quoted(path)
                                    + " can have unexpected results if the base image changes");
        }
        stage.workdirWritten = true;
        String whole = CleanPath.from(stage.workdir(), path);
        conversion.expander().spend(whole.length(), place);
        stage.image.set("WorkingDir", whole);
        Note note = note(workdir);
        if (!whole.equals("/")) {
            Optional<FileAction.Owner> owner = stage.image.text("User").isEmpty()
                    ? Optional.empty()
                    : Optional.of(CopyStep.owner(stage.image.text("User"), 0));
            FileAction make = new FileAction.MakeDirectory(whole, 0755, true, owner, conversion.time());
            stage.root = edit(List.of(stage.root), List.of(make), note);
        }
        stage.image.step("WORKDIR " + whole, !whole.equals("/"));
    }

    static Files edit(List<Files> inputs, List<FileAction> actions, Note note) {
        return new Vertex(new Op.Edit(actions), inputs, note).result();
    }

    private void user(Instruction.User user) {
        String name = expand(user.user());
        stage.image.set("User", name);
        stage.image.step("USER " + name, false);
    }

    private void once(String keyword) {
        Place before = once.put(keyword, place);
        if (before != null) {
            conversion
                    .checks()
                    .report(
                            Rule.MULTIPLE_INSTRUCTIONS_DISALLOWED,
                            before,
                            "Multiple " + keyword
                                    + " instructions should not be used in the same stage because only the last one will be"
                                    + " used");
        }
    }

    private void json(String keyword, Command command) {
        if (!command.exec() && stage.image.texts("Shell").isEmpty()) {
            conversion
                    .checks()
                    .report(
                            Rule.JSON_ARGS_RECOMMENDED,
                            place,
                            "JSON arguments recommended for " + keyword
                                    + " to prevent unintended behavior related to OS signals");
        }
    }

    private void cmd(Instruction.Cmd cmd) {
        once("CMD");
        json("CMD", cmd.command());
        List<String> arguments = arguments(cmd.command());
        stage.image.set("Cmd", arguments);
        stage.image.set("ArgsEscaped", true);
        stage.image.step("CMD " + GoText.quoted(arguments), false);
        cmdWritten = true;
    }

    /// A `CMD` that came from the base was meant for another program.
    private void entrypoint(Instruction.Entrypoint entrypoint) {
        once("ENTRYPOINT");
        json("ENTRYPOINT", entrypoint.command());
        List<String> arguments = arguments(entrypoint.command());
        stage.image.set("Entrypoint", arguments);
        if (!cmdWritten) {
            stage.image.set("Cmd", List.of());
        }
        stage.image.step("ENTRYPOINT " + GoText.quoted(arguments), false);
    }

    private void expose(Instruction.Expose expose) {
        Map<String, Object> ports = new TreeMap<>();
        for (Word word : expose.ports()) {
            Expander.ExpandedWords expanded = conversion.expander().words(word, this::variable);
            conversion.undefined(expanded.unset(), stage, place);
            for (String port : expanded.words()) {
                List<String> read = ExposedPorts.read(port, word.place(), place, conversion.checks());
                conversion.expander().spend(16L * read.size(), word.place());
                read.forEach(p -> ports.put(p, Map.of()));
            }
        }
        stage.image.add("ExposedPorts", ports);
        List<String> shown = ports.keySet().stream().map(p -> p + ":{}").toList();
        stage.image.step("EXPOSE map" + GoText.plain(shown), false);
    }

    private void volume(Instruction.Volume volume) {
        List<String> paths = volume.paths().stream().map(this::expand).toList();
        if (paths.stream().anyMatch(String::isEmpty)) {
            throw volume.paths()
                    .getFirst()
                    .place()
                    .fault("VOLUME specified can not be an empty string", "give its variable a value");
        }
        Map<String, Object> all = new TreeMap<>();
        paths.forEach(p -> all.put(p, Map.of()));
        stage.image.add("Volumes", all);
        stage.image.step("VOLUME " + GoText.plain(paths), false);
    }

    private void health(Instruction.HealthCheck health) {
        once("HEALTHCHECK");
        List<String> test = new ArrayList<>(List.of("NONE"));
        health.command().ifPresent(c -> {
            test.set(0, c.exec() ? "CMD" : "CMD-SHELL");
            test.addAll(c.words());
        });
        Map<String, Object> config = new TreeMap<>(Map.of("Test", List.copyOf(test)));
        Map<String, Long> times = new LinkedHashMap<>();
        times.put("Interval", health.interval());
        times.put("Timeout", health.timeout());
        times.put("StartPeriod", health.startPeriod());
        times.put("StartInterval", health.startInterval());
        StringBuilder shown = new StringBuilder("HEALTHCHECK &{" + GoText.quoted(test));
        times.forEach((name, nanos) -> {
            if (nanos != 0) {
                config.put(name, nanos);
            }
            shown.append(' ').append(GoText.quoted(GoDuration.format(nanos)));
        });
        int retries = health.retries().orElse(0);
        if (retries != 0) {
            config.put("Retries", (long) retries);
        }
        stage.image.set("Healthcheck", config);
        stage.image.step(
                shown.append(' ').append(GoText.rune(retries)).append('}').toString(), false);
    }
}
