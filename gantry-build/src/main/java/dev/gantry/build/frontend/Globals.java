package dev.gantry.build.frontend;

import dev.gantry.base.GantryException;
import dev.gantry.base.Reference;
import dev.gantry.build.check.Checks;
import dev.gantry.build.check.Rule;
import dev.gantry.build.check.SecretNames;
import dev.gantry.build.dockerfile.Dockerfile;
import dev.gantry.build.dockerfile.Expander;
import dev.gantry.build.dockerfile.Instruction;
import dev.gantry.build.dockerfile.Stage;
import dev.gantry.build.dockerfile.Word;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The arguments before the first stage, which `FROM` sees.
final class Globals {
    private final Dockerfile file;
    private final Wishes wishes;
    private final Checks checks;
    private final Expander expander;
    private final Map<String, String> values;

    Globals(Dockerfile file, Wishes wishes, Checks checks, Expander expander) {
        this.file = file;
        this.wishes = wishes;
        this.checks = checks;
        this.expander = expander;
        this.values = read(wishes.arguments());
        defaultsMustName();
    }

    Map<String, String> values() {
        return values;
    }

    Checks checks() {
        return checks;
    }

    /// What a user gives, or the Dockerfile; empty when nobody does.
    String argument(String name) {
        return wishes.arguments().getOrDefault(name, values.getOrDefault(name, ""));
    }

    Expander.Expanded expand(Word word) {
        return expand(word, values);
    }

    private Expander.Expanded expand(Word word, Map<String, String> all) {
        return expander.word(word, name -> Optional.ofNullable(all.get(name)));
    }

    private Map<String, String> read(Map<String, String> given) {
        Map<String, String> all = new LinkedHashMap<>(
                PlatformArguments.of(wishes, file.stages().getLast().from().name()));
        for (Instruction.Arg arg : file.globals()) {
            Map<String, String> before = new LinkedHashMap<>(all);
            for (Instruction.Variable variable : arg.variables()) {
                String name = variable.name();
                if (SecretNames.sounds(name)) {
                    checks.report(
                            Rule.SECRETS_USED_IN_ARG_OR_ENV,
                            arg.place(),
                            "Do not use ARG or ENV instructions for sensitive data (ARG \"" + name + "\")");
                }
                if (given.containsKey(name)) {
                    all.put(name, given.getOrDefault(name, ""));
                } else if (variable.value().isPresent()) {
                    Word word = new Word(variable.value().get(), variable.place());
                    all.put(name, expand(word, before).text());
                }
            }
        }
        return all;
    }

    /// All names that may be asked for in a `FROM`, with a value or without.
    Set<String> declared() {
        Set<String> names = new TreeSet<>(values.keySet());
        file.globals().forEach(a -> a.variables().forEach(v -> names.add(v.name())));
        return names;
    }

    /// With nothing given by a user, each `FROM` must still name something.
    private void defaultsMustName() {
        Map<String, String> defaults;
        try {
            defaults = read(Map.of());
        } catch (GantryException _) {
            return; // what is wrong is said where the values are used
        }
        for (Stage stage : file.stages()) {
            Word base = stage.from().base();
            if (base.text().indexOf('$') < 0) {
                continue;
            }
            try {
                Reference.parse(expand(base, defaults).text());
            } catch (GantryException _) {
                checks.report(
                        Rule.INVALID_DEFAULT_ARG_IN_FROM,
                        stage.from().place(),
                        "Default value for ARG " + base.text() + " results in empty or invalid base image name");
            }
        }
    }
}
