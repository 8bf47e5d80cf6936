package dev.gantry.docker.access;

import dev.gantry.api.json.Wire;
import dev.gantry.base.InvalidArgument;
import dev.gantry.docker.Caller;
import io.avaje.json.JsonException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Limits by caller: those of the first rule that fits, else `otherwise`. docs/access.md.
///
/// @param active false: nobody asked for rules, and none are kept to
public record AccessRules(boolean active, List<Rule> rules, Set<Limit> otherwise) {
    /// As with Docker: whoever can open the socket may do everything.
    public static final AccessRules NONE = new AccessRules(false, List.of(), Set.of());

    public AccessRules {
        rules = List.copyOf(rules);
        otherwise = Set.copyOf(otherwise);
    }

    /// Fits a caller for whom all that is named is true. `tls` empty: not named.
    public record Rule(OptionalLong uid, OptionalLong gid, String tls, Set<Limit> limits) {
        public Rule {
            limits = Set.copyOf(limits);
        }

        boolean fits(Caller caller) {
            return switch (caller) {
                case Caller.Local l ->
                    tls.isEmpty()
                            && (uid.isEmpty() || uid.getAsLong() == Integer.toUnsignedLong(l.uid()))
                            && (gid.isEmpty() || gid.getAsLong() == Integer.toUnsignedLong(l.gid()));
                case Caller.Certified c ->
                    uid.isEmpty() && gid.isEmpty() && c.name().equals(tls);
                case Caller.Anybody _, Caller.Itself _ -> false;
            };
        }
    }

    /// What a caller may do.
    public Access of(Caller caller) {
        if (!active || caller instanceof Caller.Itself) {
            return Access.FULL;
        }
        Set<Limit> limits = rules.stream()
                .filter(rule -> rule.fits(caller))
                .findFirst()
                .map(Rule::limits)
                .orElse(otherwise);
        return new Access(limits, Callers.owner(caller));
    }

    /// Reads `{"rules": [{"uid": 1000, "limits": ["read-only"]}], "otherwise": []}`.
    public static AccessRules parse(String text) {
        Object read;
        try {
            read = Wire.json().type(Object.class).fromJson(text);
        } catch (JsonException | IllegalStateException | IndexOutOfBoundsException e) {
            throw wrong("it is no JSON: " + e.getMessage());
        }
        if (!(read instanceof Map<?, ?> all)) {
            throw wrong("it is not an object");
        }
        onlyKnown(all, Set.of("rules", "otherwise"));
        List<Rule> rules = new ArrayList<>();
        if (!(all.get("rules") instanceof List<?> given)) {
            throw wrong("it has no list `rules`");
        }
        for (Object one : given) {
            if (!(one instanceof Map<?, ?> rule)) {
                throw wrong("a rule is not an object");
            }
            rules.add(rule(rule));
        }
        return new AccessRules(true, rules, all.containsKey("otherwise") ? limits(all.get("otherwise")) : Set.of());
    }

    private static Rule rule(Map<?, ?> rule) {
        onlyKnown(rule, Set.of("uid", "gid", "tls", "limits"));
        if (!rule.containsKey("limits")) {
            throw wrong("a rule has no `limits`; write [] for none");
        }
        String tls = "";
        if (rule.containsKey("tls")) {
            if (!(rule.get("tls") instanceof String name) || name.isEmpty()) {
                throw wrong("`tls` is not the name of a certificate");
            }
            tls = name;
        }
        OptionalLong uid = number(rule, "uid");
        OptionalLong gid = number(rule, "gid");
        if (uid.isEmpty() && gid.isEmpty() == tls.isEmpty()) {
            throw wrong("a rule names `uid`, `gid` or both, or `tls`");
        }
        if (uid.isPresent() && !tls.isEmpty()) {
            throw wrong("a caller has either a `uid` or a `tls` name");
        }
        return new Rule(uid, gid, tls, limits(rule.get("limits")));
    }

    private static OptionalLong number(Map<?, ?> rule, String name) {
        if (!rule.containsKey(name)) {
            return OptionalLong.empty();
        }
        if (rule.get(name) instanceof Number n
                && n.doubleValue() == n.longValue()
                && n.longValue() >= 0
                && n.longValue() < 1L << 32) {
            return OptionalLong.of(n.longValue());
        }
        throw wrong("`" + name + "` is not a number of a user or a group");
    }

    private static Set<Limit> limits(@Nullable Object value) {
        if (!(value instanceof List<?> words)) {
            throw wrong("limits are not a list");
        }
        Set<Limit> limits = EnumSet.noneOf(Limit.class);
        for (Object word : words) {
            limits.add(Stream.of(Limit.values())
                    .filter(l -> l.word().equals(word))
                    .findFirst()
                    .orElseThrow(() -> wrong("there is no limit `" + word + "`")));
        }
        return limits;
    }

    /// A word that is misspelt must not leave a door open.
    private static void onlyKnown(Map<?, ?> map, Set<String> known) {
        for (Object key : map.keySet()) {
            if (!known.contains(String.valueOf(key))) {
                throw wrong("it does not know `" + key + "`");
            }
        }
    }

    private static InvalidArgument wrong(String why) {
        return new InvalidArgument("read the access rules", why, "see docs/access.md");
    }
}
