package dev.gantry.build.frontend;

import dev.gantry.base.Unsupported;
import dev.gantry.build.check.CheckOptions;
import dev.gantry.build.check.Checks;
import dev.gantry.build.check.Finding;
import dev.gantry.build.check.TextRules;
import dev.gantry.build.dockerfile.Directives;
import dev.gantry.build.dockerfile.Dockerfile;
import dev.gantry.build.dockerfile.Place;
import dev.gantry.build.dockerfile.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// From the text of a Dockerfile to the plan of an image.
///
/// ```java
/// Wishes wishes = Wishes.on(Platform.host()).context(new Context.Local("context", ignored)).build();
/// Planned planned = DockerfileFrontend.plan(text, wishes, bases);
/// ```
public final class DockerfileFrontend {
    /// Frontends that read what is read here.
    private static final Pattern OURS = Pattern.compile(
            "dockerfile\\.v[0-9]+|((docker\\.io/)?docker/dockerfile(-upstream)?)(:[^@/]*)?(@sha256:[0-9a-f]+)?");

    private DockerfileFrontend() {}

    /// The image that is asked for. What is found by rules comes with it, unless that is to be an error.
    public static Planned plan(String text, Wishes wishes, Bases bases) {
        Dockerfile file = read(text, wishes);
        Checks checks = checks(file, wishes);
        TextRules.check(file, checks);
        Bases once = once(bases);
        // First only to learn which files of the context it asks for, then with these.
        Conversion first = new Conversion(file, wishes, once, checks, List.of());
        Planned planned = first.plan(false);
        if (!first.contextPaths().isEmpty() && !first.contextPaths().contains("/")) {
            List<String> paths =
                    first.contextPaths().stream().map(p -> p.substring(1)).toList();
            planned = new Conversion(file, wishes, once, checks, paths).plan(false);
        }
        checks.mustBeClean();
        return new Planned(planned.image(), checks.findings(), planned.unused(), planned.time(), planned.cacheInline());
    }

    /// What the rules find in all its stages, needed or not.
    public static List<Finding> check(String text, Wishes wishes, Bases bases) {
        Dockerfile file = read(text, wishes);
        Checks checks = checks(file, wishes);
        TextRules.check(file, checks);
        new Conversion(file, wishes, once(bases), checks, List.of()).plan(true);
        return checks.findings();
    }

    /// Whether what is found is an error, as the Dockerfile and the wishes say.
    public static boolean failsOnFindings(String text, Wishes wishes) {
        return options(Dockerfile.parse(text), wishes).error();
    }

    public static List<Target> targets(String text) {
        Dockerfile file = Dockerfile.parse(text);
        List<Target> targets = new ArrayList<>();
        for (Stage stage : file.stages()) {
            List<String> comments = stage.from().head().comments();
            String comment = comments.isEmpty() ? "" : comments.getLast();
            String name = stage.from().name();
            boolean describes = !name.isEmpty() && comment.regionMatches(true, 0, name + " ", 0, name.length() + 1);
            targets.add(new Target(
                    name,
                    describes ? comment.substring(name.length() + 1).strip() : "",
                    stage.from().base().text(),
                    stage.from().platform().map(f -> f.value()).orElse(""),
                    targets.size() == file.stages().size() - 1,
                    stage.from().place()));
        }
        return targets;
    }

    private static Dockerfile read(String text, Wishes wishes) {
        String named = wishes.arguments().getOrDefault("BUILDKIT_SYNTAX", Directives.syntaxOf(text));
        String reference = named.strip().split("\\s", 2)[0];
        if (!reference.isEmpty() && !OURS.matcher(reference).matches()) {
            throw new Unsupported(
                    "build with the frontend " + reference,
                    "frontends that are images are not run",
                    "write a Dockerfile, and leave the directive syntax out or name docker/dockerfile in it");
        }
        return Dockerfile.parse(text);
    }

    private static Checks checks(Dockerfile file, Wishes wishes) {
        return new Checks(options(file, wishes));
    }

    private static CheckOptions options(Dockerfile file, Wishes wishes) {
        String outside = wishes.arguments().getOrDefault("BUILDKIT_DOCKERFILE_CHECK", "");
        return outside.isEmpty()
                ? CheckOptions.parse(
                        file.directives().check(), file.directives().places().getOrDefault("check", Place.START))
                : CheckOptions.parse(outside, Place.START);
    }

    /// Asks for each image once.
    private static Bases once(Bases bases) {
        Map<List<Object>, Bases.Base> known = new HashMap<>();
        return (reference, platform, pull) ->
                known.computeIfAbsent(List.of(reference, platform, pull), _ -> bases.find(reference, platform, pull));
    }
}
