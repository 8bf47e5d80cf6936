package dev.gantry.build.frontend;

import dev.gantry.base.InvalidArgument;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.build.check.Rule;
import dev.gantry.build.check.Similar;
import dev.gantry.build.dockerfile.Dockerfile;
import dev.gantry.build.dockerfile.Expander;
import dev.gantry.build.dockerfile.Flag;
import dev.gantry.build.dockerfile.Instruction;
import dev.gantry.build.dockerfile.Place;
import dev.gantry.build.dockerfile.Stage;
import dev.gantry.build.dockerfile.Word;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What each `FROM` means.
final class StageNames {
    private final Dockerfile file;
    private final Wishes wishes;
    private final Globals globals;
    private final Map<String, Integer> known = new HashMap<>();

    StageNames(Dockerfile file, Wishes wishes, Globals globals) {
        this.file = file;
        this.wishes = wishes;
        this.globals = globals;
    }

    List<StageSource.Resolved> resolve() {
        List<StageSource.Resolved> all = new ArrayList<>();
        for (Stage stage : file.stages()) {
            all.add(resolve(stage));
            if (!stage.from().name().isEmpty()) {
                known.put(stage.from().name(), all.size() - 1);
            }
        }
        return all;
    }

    private StageSource.Resolved resolve(Stage stage) {
        Instruction.From from = stage.from();
        Expander.Expanded base = globals.expand(from.base());
        unknown(base.unset(), from.place());
        if (base.text().isBlank()) {
            throw from.base()
                    .place()
                    .fault(
                            "base name (" + from.base().text() + ") should not be blank",
                            "give its variable a value before the first FROM, or a default");
        }
        Platform platform = from.platform().map(f -> platform(f, from)).orElse(wishes.platform());
        Optional<Context> instead = from.name().isEmpty() ? Optional.empty() : context(wishes, from.name());
        if (instead.isPresent()) {
            return new StageSource.Resolved(stage, new StageSource.OnContext(instead.get()), platform, true);
        }
        return new StageSource.Resolved(stage, source(base.text()), platform, false);
    }

    private StageSource source(String name) {
        Integer stage = known.get(name.toLowerCase(Locale.ROOT));
        if (stage != null) {
            return new StageSource.OnStage(stage);
        }
        if (name.equalsIgnoreCase("scratch")) {
            return new StageSource.Scratch();
        }
        return context(wishes, name)
                .<StageSource>map(StageSource.OnContext::new)
                .orElseGet(() -> new StageSource.OnImage(name));
    }

    private Platform platform(Flag flag, Instruction.From from) {
        Expander.Expanded written = globals.expand(new Word(flag.value(), flag.place()));
        unknown(written.unset(), from.place());
        if (written.text().isEmpty()) {
            throw flag.place()
                    .fault("empty platform value from expression " + flag.value(), "write one such as linux/amd64");
        }
        Platform platform = platform(written.text(), flag.place());
        if (written.used().equals(Set.of("TARGETPLATFORM"))
                && written.unset().isEmpty()
                && written.text().equals(globals.values().get("TARGETPLATFORM"))) {
            globals.checks()
                    .report(
                            Rule.REDUNDANT_TARGET_PLATFORM,
                            from.place(),
                            "Setting platform to predefined " + flag.value()
                                    + " in FROM is redundant as this is the default behavior");
        }
        boolean constant = written.used().isEmpty() && written.unset().isEmpty();
        boolean inName = from.name().contains(platform.os()) || from.name().contains(platform.architecture());
        if (constant && !inName) {
            globals.checks()
                    .report(
                            Rule.FROM_PLATFORM_FLAG_CONST_DISALLOWED,
                            from.place(),
                            "FROM --platform flag should not use constant value \"" + written.text() + "\"");
        }
        return platform;
    }

    /// Also in part: `linux`, `amd64`, and by other names that architectures have.
    private Platform platform(String text, Place place) {
        String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
        Platform here = wishes.platform();
        if (parts.length == 1 && Set.of("linux", "windows", "darwin", "freebsd").contains(parts[0])) {
            return new Platform(parts[0], here.architecture(), here.variant());
        }
        String architecture = parts.length == 1 ? parts[0] : parts[1];
        String os = parts.length == 1 ? "linux" : parts[0];
        String variant = parts.length == 3 ? parts[2] : "";
        boolean wellFormed = parts.length <= 3 && architecture.matches("[a-z0-9_-]+") && os.matches("[a-z0-9_-]+");
        if (!wellFormed
                || parts.length == 1
                        && !Set.of(
                                        "amd64",
                                        "x86_64",
                                        "x86-64",
                                        "arm64",
                                        "aarch64",
                                        "arm",
                                        "armhf",
                                        "armel",
                                        "386",
                                        "i386",
                                        "ppc64le",
                                        "s390x",
                                        "riscv64",
                                        "loong64",
                                        "mips64le")
                                .contains(architecture)) {
            throw place.fault("\"" + text + "\" is no platform", "write os/architecture such as linux/arm64");
        }
        return switch (architecture) {
            case "x86_64", "x86-64" -> new Platform(os, "amd64", variant);
            case "aarch64" -> new Platform(os, "arm64", variant);
            case "armhf" -> new Platform(os, "arm", "v7");
            case "armel" -> new Platform(os, "arm", "v6");
            case "i386" -> new Platform(os, "386", variant);
            default -> new Platform(os, architecture, variant);
        };
    }

    private void unknown(Set<String> unset, Place place) {
        Set<String> declared = globals.declared();
        for (String name : unset) {
            if (!declared.contains(name)) {
                String meant = Similar.to(name, declared)
                        .map(n -> " (did you mean " + n + "?)")
                        .orElse("");
                globals.checks()
                        .report(
                                Rule.UNDEFINED_ARG_IN_FROM,
                                place,
                                "FROM argument '" + name + "' is not declared" + meant);
            }
        }
    }

    /// A further context of this name; `debian` and `debian:latest` are one.
    static Optional<Context> context(Wishes wishes, String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (wishes.contexts().isEmpty() || lower.equals("scratch") || lower.equals("context")) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>(List.of(lower));
        if (lower.endsWith(":latest")) {
            names.add(lower.substring(0, lower.length() - ":latest".length()));
        } else if (lower.indexOf('@') < 0) {
            names.add(lower + ":latest");
        }
        return names.stream()
                .filter(wishes.contexts()::containsKey)
                .map(wishes.contexts()::get)
                .findFirst();
    }

    /// Refuses what is no name of an image, where it is written.
    static void checked(String reference, Place place) {
        if (reference.startsWith("dir:")) {
            return;
        }
        try {
            Reference.parse(reference);
        } catch (InvalidArgument e) {
            throw place.fault("\"" + reference + "\" is no name of an image: " + e.why(), e.todo());
        }
    }
}
