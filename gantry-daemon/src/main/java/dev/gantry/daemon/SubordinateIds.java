package dev.gantry.daemon;

import dev.gantry.base.IdMap;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The ids that `--userns-remap` gives to containers: those that `/etc/subuid` and `/etc/subgid` keep for a user.
/// subuid(5)
final class SubordinateIds {
    private static final String DEFAULT = "default";

    /// The user that dockerd takes by default, and makes.
    private static final String DOCKREMAP = "dockremap";

    private static final Pattern NUMBER = Pattern.compile("[0-9]+");

    /// The last one that the kernel knows; the next is none.
    private static final long LAST = 0xffff_fffeL;

    private final Path etc;
    private final Consumer<String> warnings;

    /// @param warnings hears what is done otherwise than it may seem
    SubordinateIds(Path etc, Consumer<String> warnings) {
        this.etc = etc;
        this.warnings = warnings;
    }

    /// `default`, `user` or `user:group`, each by name or number. Empty is nobody, and `root` is nobody else.
    IdMap of(String remap) {
        if (remap.isEmpty()) {
            return IdMap.SAME;
        }
        String[] parts = remap.split(":", -1);
        if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
            throw new InvalidArgument(
                    "read --userns-remap " + remap,
                    "invalid user/group specification",
                    "write default, a user, or a user:group");
        }
        Account user = parts[0].equals(DEFAULT) ? makeless() : need("passwd", "user", parts[0]);
        if (parts.length == 2) {
            need("group", "group", parts[1]);
        }
        if (user.name().equals("root")) {
            warnings.accept("root cannot be remapped with itself: user namespaces are off");
            return IdMap.SAME;
        }
        return new IdMap(ranges("subuid", user), ranges("subgid", user));
    }

    private record Account(String name, String id) {}

    /// Nothing on the host is changed because somebody started a daemon.
    private Account makeless() {
        return find("passwd", DOCKREMAP)
                .orElseThrow(() -> new NotFound(
                        "read --userns-remap " + DEFAULT,
                        "there is no user " + DOCKREMAP,
                        "make it: useradd --system --no-create-home --shell /bin/false " + DOCKREMAP
                                + " && usermod --add-subuids 165536-231071 --add-subgids 165536-231071 " + DOCKREMAP));
    }

    private Account need(String file, String kind, String name) {
        return find(file, name)
                .orElseThrow(() -> new NotFound(
                        "read --userns-remap", "there is no " + kind + " " + name, "name one of " + etc.resolve(file)));
    }

    /// By the first field, the name, or the third, the number. passwd(5), group(5)
    private Optional<Account> find(String file, String name) {
        return lines(file)
                .map(line -> line.split(":", -1))
                .filter(f -> f.length > 2 && (f[0].equals(name) || (isNumber(name) && f[2].equals(name))))
                .map(f -> new Account(f[0], f[2]))
                .findFirst();
    }

    private List<IdMap.Range> ranges(String file, Account user) {
        List<IdMap.Range> ranges = new ArrayList<>();
        long next = 0;
        for (String line : lines(file).toList()) {
            String[] f = line.split(":", -1);
            boolean its = f.length == 3
                    && (f[0].equals(user.name()) || f[0].equals(user.id()))
                    && isNumber(f[1])
                    && isNumber(f[2]);
            if (its && number(f[2]) > 0) {
                var range = new IdMap.Range(next, number(f[1]), number(f[2]));
                check(file, line, range, ranges);
                ranges.add(range);
                next += range.count();
            }
        }
        if (ranges.isEmpty()) {
            throw new NotFound(
                    "read --userns-remap " + user.name(),
                    "no " + file + " ranges found for user \"" + user.name() + "\"",
                    "add some: usermod --add-" + file + "s 165536-231071 " + user.name());
        }
        return ranges;
    }

    /// What the kernel would refuse at each start of a container. user_namespaces(7)
    private static void check(String file, String line, IdMap.Range range, List<IdMap.Range> before) {
        if (range.outside() + range.count() - 1 > LAST || range.inside() + range.count() - 1 > LAST) {
            throw wrong(file, line, "there are no ids above " + LAST);
        }
        for (IdMap.Range other : before) {
            if (range.outside() < other.outside() + other.count()
                    && other.outside() < range.outside() + range.count()) {
                throw wrong(file, line, "it has ids of a line before, and nobody can have one twice");
            }
        }
    }

    private static InvalidArgument wrong(String file, String line, String why) {
        return new InvalidArgument(
                "read --userns-remap from " + file, "line " + line + ": " + why, "correct the ranges of this user");
    }

    /// More than any id when it has too many digits.
    private static long number(String text) {
        String digits = text.replaceFirst("^0+(?=.)", "");
        return digits.length() > 10 ? LAST + 1 : Long.parseLong(digits);
    }

    private static boolean isNumber(String text) {
        return NUMBER.matcher(text).matches();
    }

    private java.util.stream.Stream<String> lines(String file) {
        try {
            return Files.readAllLines(etc.resolve(file)).stream();
        } catch (IOException e) {
            throw new NotFound("read --userns-remap", etc.resolve(file) + " cannot be read: " + e, "make it", e);
        }
    }
}
