package dev.gantry.build.check;

import dev.gantry.build.dockerfile.Dockerfile;
import dev.gantry.build.dockerfile.Head;
import dev.gantry.build.dockerfile.Instruction;
import dev.gantry.build.dockerfile.Place;
import dev.gantry.build.dockerfile.Stage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// The rules that only look at how a Dockerfile is written.
public final class TextRules {
    private final Dockerfile file;
    private final Checks checks;

    private TextRules(Dockerfile file, Checks checks) {
        this.file = file;
        this.checks = checks;
    }

    public static void check(Dockerfile file, Checks checks) {
        TextRules rules = new TextRules(file, checks);
        file.emptyContinuations().forEach(p -> checks.report(Rule.NO_EMPTY_CONTINUATION, p, "Empty continuation line"));
        rules.casing();
        rules.stages();
        rules.descriptions();
        for (Stage stage : file.stages()) {
            stage.instructions().forEach(rules::maintainer);
        }
    }

    private void maintainer(Instruction instruction) {
        if (instruction instanceof Instruction.Maintainer) {
            checks.report(
                    Rule.MAINTAINER_DEPRECATED,
                    instruction.place(),
                    "Maintainer instruction is deprecated in favor of using label");
        }
    }

    private void casing() {
        List<Head> heads = new ArrayList<>();
        for (Stage stage : file.stages()) {
            heads.add(stage.from().head());
            stage.instructions().forEach(i -> heads.add(i.head()));
        }
        long lower = heads.stream().filter(h -> isLower(h.written())).count();
        long upper = heads.stream().filter(h -> isUpper(h.written())).count();
        boolean wantsLower = lower > upper;
        for (Head head : heads) {
            if (wantsLower ? !isLower(head.written()) : !isUpper(head.written())) {
                String wanted = wantsLower ? "lowercase" : "uppercase";
                checks.report(
                        Rule.CONSISTENT_INSTRUCTION_CASING,
                        head.place(),
                        "Command '" + head.written() + "' should match the case of the command majority (" + wanted
                                + ")");
            }
        }
    }

    private void stages() {
        Set<String> seen = new HashSet<>();
        for (Stage stage : file.stages()) {
            Instruction.From from = stage.from();
            if (from.name().isEmpty()) {
                continue;
            }
            Place place = from.place();
            if (!isLower(from.nameWritten())) {
                checks.report(
                        Rule.STAGE_NAME_CASING, place, "Stage name '" + from.nameWritten() + "' should be lowercase");
            }
            boolean lowerFrom = isLower(from.head().written());
            boolean lowerAs = isLower(from.as());
            boolean upper = isUpper(from.head().written()) && isUpper(from.as());
            if (!upper && !(lowerFrom && lowerAs)) {
                checks.report(
                        Rule.FROM_AS_CASING,
                        place,
                        "'" + from.as() + "' and '" + from.head().written() + "' keywords' casing do not match");
            }
            if (from.name().equals("context") || from.name().equals("scratch")) {
                checks.report(
                        Rule.RESERVED_STAGE_NAME,
                        place,
                        "Stage name should not use the same name as reserved stage \"" + from.name() + "\"");
            }
            if (!seen.add(from.name())) {
                checks.report(
                        Rule.DUPLICATE_STAGE_NAME,
                        place,
                        "Duplicate stage name \"" + from.name() + "\", stage names should be unique");
            }
        }
    }

    private void descriptions() {
        for (Instruction.Arg arg : file.globals()) {
            if (arg.variables().size() == 1) {
                described(arg.head(), "ARG", arg.variables().getFirst().name());
            }
        }
        for (Stage stage : file.stages()) {
            if (!stage.from().name().isEmpty()) {
                described(stage.from().head(), "FROM", stage.from().nameWritten());
            }
        }
    }

    private void described(Head head, String instruction, String name) {
        if (!head.comments().isEmpty()) {
            String first = head.comments().getLast().split("\\s", 2)[0];
            if (!first.equalsIgnoreCase(name)) {
                checks.report(
                        Rule.INVALID_DEFINITION_DESCRIPTION,
                        head.place(),
                        "Comment for " + instruction + " should follow the format: `# " + name + " <description>`");
            }
        }
    }

    private static boolean isLower(String text) {
        return text.equals(text.toLowerCase(Locale.ROOT));
    }

    private static boolean isUpper(String text) {
        return text.equals(text.toUpperCase(Locale.ROOT));
    }
}
